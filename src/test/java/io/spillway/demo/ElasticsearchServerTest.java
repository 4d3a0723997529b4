package io.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElasticsearchServerTest {
    @TempDir
    private Path folder;

    @Test
    void theNewestUnpackedServerIsChosenByNumberNotByName() throws IOException {
        unpack("elasticsearch-8.9.2");
        Path newest = unpack("elasticsearch-8.19.21");
        Files.createDirectory(folder.resolve("elasticsearch-9.1.0")); // half unpacked
        unpack("elasticsearch-old");

        assertThat(ElasticsearchServer.newest(folder)).contains(newest);
    }

    @Test
    void aServerThatOtherUsersCanWriteToIsSkipped() throws IOException {
        Path safe = unpack("elasticsearch-8.9.2");
        Path open = unpack("elasticsearch-8.19.21");
        for (Path writable : new Path[] {open, open.resolve("bin/elasticsearch")}) {
            var before = Files.getPosixFilePermissions(writable);
            Files.setPosixFilePermissions(writable, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThat(ElasticsearchServer.newest(folder)).contains(safe);
            Files.setPosixFilePermissions(writable, before);
        }
        assertThat(ElasticsearchServer.newest(folder)).contains(open);
    }

    @Test
    void withoutAnUnpackedServerNothingIsFound() {
        assertThat(ElasticsearchServer.newest(folder)).isEmpty();
        assertThat(ElasticsearchServer.newest(folder.resolve("nowhere"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../data/x", "/etc/x", "certificates/../../x", ".."})
    void aFileOutsideTheConfigurationFolderIsRefused(String path) {
        assertThatThrownBy(() -> ElasticsearchServer.builder(folder).file(path, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path);
    }

    private Path unpack(String name) throws IOException {
        Path executable = folder.resolve(name).resolve("bin/elasticsearch");
        Files.createDirectories(executable.getParent());
        Files.createFile(executable);
        assertThat(executable.toFile().setExecutable(true)).isTrue();
        return folder.resolve(name);
    }
}
