package io.spillway.libdeflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.compress.CompressionTest;
import io.spillway.compress.FailingOutputTest;
import io.spillway.compress.IndependentReadersTest;
import io.spillway.compress.StrictReadingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each case needs a separate process, because a loaded library stays loaded. Some need a newer Java. */
@Timeout(300)
@Tag("slow")
class LibDeflateTest {
    private static final int FIRST_JAVA = 22;
    private static final String OFF = "-Dspillway.libdeflate=off";

    @TempDir
    Path folder;

    @Test
    void aNewerJavaUsesAnInstalledLibrary() throws Exception {
        requireInstalled();
        assertThat(probe(newerJava(), List.of()).lines()).containsExactly("libdeflate", "libdeflate", "comes back");
    }

    /** The same promises, checked by the same tests with the other compressor. */
    @Test
    void thePromisesOfGzipHoldWithTheLibrary() throws Exception {
        requireInstalled();
        List<String> classes = Stream.of(
                        CompressionTest.class,
                        FailingOutputTest.class,
                        IndependentReadersTest.class,
                        StrictReadingTest.class,
                        LibDeflatePiecesTest.class)
                .map(Class::getName)
                .toList();
        List<String> lines =
                probe(newerJava(), List.of(), classes.toArray(new String[0])).lines();
        assertThat(lines).hasSize(4).startsWith("libdeflate");
        assertThat(lines.get(3)).startsWith("succeeded ");
        assertThat(Integer.parseInt(lines.get(3).substring(10))).isGreaterThan(150);
    }

    @Test
    void anOlderJavaWorksWithoutTheLibrary() throws Exception {
        assumeTrue(Runtime.version().feature() < FIRST_JAVA, "this Java is new enough to call it");
        Answer answer = probe(ownJava(), List.of());
        assertThat(answer.lines()).containsExactly("jdk", "jdk", "comes back");
        assertThat(answer.log()).doesNotContain("WARN");
    }

    @Test
    void ifSwitchedOffTheLibraryIsNotUsedAndThereIsNoWarning() throws Exception {
        Answer answer = probe(newerJava(), List.of(OFF));
        assertThat(answer.lines()).containsExactly("jdk", "jdk", "comes back");
        assertThat(answer.log()).doesNotContain("WARN");
    }

    @Test
    void aFileThatIsNotALibraryIsNamedOnce() throws Exception {
        Path text = Files.writeString(folder.resolve("libdeflate.so"), "not a library\n");
        Answer answer = probe(newerJava(), List.of("-Dspillway.libdeflate=" + text));
        assertThat(answer.lines()).containsExactly("jdk", "jdk", "comes back");
        assertThat(answer.log())
                .containsOnlyOnce("Cannot open library: " + text)
                .contains("WARN", "-Dspillway.libdeflate");
    }

    @Test
    void aLibraryWithoutItsFunctionsIsNotUsed() throws Exception {
        Path file = compiled("int libdeflate_alloc_compressor(int level) { return level; }\n");
        Answer answer = probe(newerJava(), List.of("-Dspillway.libdeflate=" + file));
        assertThat(answer.lines()).containsExactly("jdk", "jdk", "comes back");
        assertThat(answer.log())
                .contains("WARN", file + " is not usable: it has no function libdeflate_free_compressor");
    }

    /** It stores its first byte again and again: a valid stream of the right length with the wrong content. */
    @Test
    void aLibraryWithWrongOutputIsDetected() throws Exception {
        Path file = compiled("""
                #include <stddef.h>
                void *libdeflate_alloc_compressor(int level) { static int one; return &one; }
                void libdeflate_free_compressor(void *c) {}
                size_t libdeflate_deflate_compress_bound(void *c, size_t n) { return n + 5; }
                size_t libdeflate_deflate_compress(void *c, unsigned char *in, size_t n, unsigned char *out, size_t room) {
                    out[0] = 1; out[1] = n; out[2] = n >> 8; out[3] = ~n; out[4] = ~n >> 8;
                    for (size_t i = 0; i < n; i++) out[5 + i] = in[0];
                    return n + 5;
                }
                """);
        Answer answer = probe(newerJava(), List.of("-Dspillway.libdeflate=" + file));
        assertThat(answer.lines()).containsExactly("jdk", "jdk", "comes back");
        assertThat(answer.log()).contains("WARN", file + " is not usable: ");
    }

    private Path compiled(String code) throws Exception {
        Path source = Files.writeString(folder.resolve("other.c"), code);
        Path library = folder.resolve("libother.so");
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-w", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            return abort("there is no C compiler here: " + e.getMessage());
        }
        assertThat(compiler.waitFor()).isZero();
        return library;
    }

    /**
     * Checks the file itself: if the program were asked, a program that never finds it would skip instead of failing.
     */
    private static void requireInstalled() throws IOException {
        for (String root : List.of("/usr/lib", "/usr/lib64", "/usr/local/lib")) {
            if (Files.isDirectory(Path.of(root))) {
                try (Stream<Path> files = Files.find(
                        Path.of(root),
                        2,
                        (file, facts) -> file.getFileName().toString().equals("libdeflate.so.0"))) {
                    if (files.findAny().isPresent()) {
                        return;
                    }
                }
            }
        }
        abort("libdeflate.so.0 is not installed (Debian: libdeflate0)");
    }

    private static Path ownJava() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** This Java if it is new enough, otherwise one that is installed beside it. */
    private static Path newerJava() throws IOException {
        if (Runtime.version().feature() >= FIRST_JAVA) {
            return ownJava();
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(installed)) {
            try (Stream<Path> homes = Files.list(installed)) {
                Optional<Path> newer = homes.filter(home -> feature(home) >= FIRST_JAVA)
                        .map(home -> home.resolve("bin/java"))
                        .filter(Files::isExecutable)
                        .findFirst();
                if (newer.isPresent()) {
                    return newer.get();
                }
            }
        }
        return abort("there is no Java %d or newer in %s".formatted(FIRST_JAVA, installed));
    }

    /** The version in the {@code release} file of a Java installation; 0 if there is none. */
    private static int feature(Path home) {
        try {
            return Files.readAllLines(home.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION=\""))
                    .mapToInt(line -> Integer.parseInt(line.split("[\".+-]", -1)[1]))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    private record Answer(List<String> lines, String log) {}

    private Answer probe(Path java, List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xmx512m"));
        if (!java.equals(ownJava()) || Runtime.version().feature() >= FIRST_JAVA) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LibDeflateProbe.class.getName()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor())
                    .as(() -> {
                        try {
                            return Files.readString(errors);
                        } catch (IOException e) {
                            return e.toString();
                        }
                    })
                    .isZero();
        } finally {
            process.destroyForcibly();
        }
        return new Answer(Files.readAllLines(output), Files.readString(errors));
    }
}
