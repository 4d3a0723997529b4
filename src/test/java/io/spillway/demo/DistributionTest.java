package io.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributionTest {
    @ParameterizedTest
    @CsvSource({
        "elasticsearch-7.17.29, 17, 23",
        "elasticsearch-8.17.10, 17, 23",
        "elasticsearch-8.19.21, 17, 2147483647",
        "elasticsearch-9.5.3, 21, 2147483647",
        "opensearch-1.3.20, 17, 23",
        "opensearch-2.19.4, 17, 23",
        "opensearch-3.6.0, 21, 2147483647"
    })
    void aServerStartsOnAJavaThatRunsIt(String name, int oldest, int newest, @TempDir Path folder) throws Exception {
        Path home = Files.createDirectories(folder.resolve(name).resolve("bin")).getParent();
        if (name.startsWith("opensearch")) {
            Files.createFile(home.resolve("bin/opensearch"));
        }

        Distribution server = Distribution.at(home);

        assertThat(server.oldestJava()).isEqualTo(oldest);
        assertThat(server.newestJava()).isEqualTo(newest);
    }
}
