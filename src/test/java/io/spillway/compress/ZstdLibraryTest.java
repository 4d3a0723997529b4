package io.spillway.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.spillway.compress.Compression.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each case needs a separate process, because a loaded library stays loaded. */
@Timeout(120)
class ZstdLibraryTest {
    @TempDir
    Path folder;

    @Test
    void theLibraryLoadsHere() {
        for (Codec codec : Codec.values()) {
            assertThat(new Compression(codec, codec.defaultLevel()).whyUnavailable())
                    .as(codec.name())
                    .isEmpty();
        }
    }

    @Test
    void withALoadedLibraryWritesAndReadsReachTheCodec() throws Exception {
        assertThat(probe()).containsExactly("loads", "loads", "done", "the file is not a zstd frame", "loads");
    }

    @Test
    void aPlatformWithoutALibraryIsNamed() throws Exception {
        assertUnavailable(probe("-Dos.arch=pdp11"))
                .contains("/pdp11: no build for this platform")
                .contains("choose gzip")
                .contains("-DZstdNativePath=FILE");
    }

    @Test
    void aMissingTemporaryFolderIsNamed() throws Exception {
        Path missing = folder.resolve("missing");
        assertUnavailable(probe("-Djava.io.tmpdir=" + missing))
                .contains("it is unpacked to " + missing)
                .contains("-DZstdTempFolder=FOLDER");
    }

    @Test
    void aMissingAlternativeFolderIsNamed() throws Exception {
        Path missing = folder.resolve("missing");
        assertUnavailable(probe("-DZstdTempFolder=" + missing)).contains("it is unpacked to " + missing);
    }

    @Test
    void anAlternativeFolderReplacesAMissingTemporaryFolder() throws Exception {
        assertThat(probe("-Djava.io.tmpdir=" + folder.resolve("missing"), "-DZstdTempFolder=" + folder))
                .startsWith("loads");
    }

    @Test
    void aFileThatIsNotALibraryIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("libzstd.so"), "not a library\n");
        assertUnavailable(probe("-DZstdNativePath=" + text))
                .contains(text.toString())
                .contains("correct or remove the property ZstdNativePath");
    }

    @Test
    void aFolderMountedNoexecIsNamed() throws Exception {
        Path mount = noexecMount();
        assertUnavailable(probe("-Djava.io.tmpdir=" + mount))
                .contains("it is unpacked to " + mount + ", which must")
                .contains("noexec");
    }

    /** One line, the same each time, also in the exceptions. The other codecs are not affected. */
    private static AbstractStringAssert<?> assertUnavailable(List<String> lines) {
        assertThat(lines).hasSize(5);
        assertThat(lines.get(4)).isEqualTo("loads");
        assertThat(lines.subList(0, 4)).containsOnly(lines.get(0));
        return assertThat(lines.get(0)).startsWith("zstd needs a native library, which cannot be loaded on ");
    }

    private static Path noexecMount() throws IOException {
        Path mounts = Path.of("/proc/self/mounts");
        if (Files.isReadable(mounts)) {
            for (String line : Files.readAllLines(mounts)) {
                String[] fields = line.split(" ", -1);
                Path mount = Path.of(fields[1]);
                if (List.of(fields[3].split(",", -1)).contains("noexec")
                        && fields[2].equals("tmpfs")
                        && Files.isWritable(mount)) {
                    return mount;
                }
            }
        }
        return abort("there is no writable tmpfs here that is mounted noexec");
    }

    private List<String> probe(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Collections.addAll(command, options);
        Collections.addAll(command, "-cp", System.getProperty("java.class.path"), ZstdLibraryProbe.class.getName());
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(output);
    }
}
