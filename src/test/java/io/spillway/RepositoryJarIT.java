package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Dump;
import io.spillway.support.RepositoryFixture;
import io.spillway.support.Spillway;
import io.spillway.support.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program has both versions of Lucene with their lists of formats. */
class RepositoryJarIT {
    private static final int HEAP_MEBIBYTES = 128;

    @TempDir
    private Path folder;

    @Test
    void thePackagedProgramReadsARepositoryOfElasticsearch8() throws Exception {
        Path java = Path.of(System.getProperty("java.home"));

        assertThat(export(java, RepositoryFixture.unpack(newFolder()), "records"))
                .isEqualTo(29);
    }

    @Test
    void thePackagedProgramReadsARepositoryOfElasticsearch9OnANewerJava() throws Exception {
        Path java = TestCluster.java("elasticsearch-9.5.3");

        assertThat(export(java, RepositoryFixture.unpackVersion9(newFolder()), "plain"))
                .isEqualTo(50);
    }

    private Path newFolder() throws Exception {
        return Files.createDirectory(folder.resolve("repository"));
    }

    private int export(Path java, Path repository, String index) throws Exception {
        Spillway.child(
                        java,
                        folder,
                        HEAP_MEBIBYTES,
                        "export",
                        "--snapshot-repository",
                        repository.toString(),
                        "--index",
                        index,
                        "--dataset",
                        "records",
                        "--to",
                        folder.resolve("dumps").toString())
                .succeeded();
        return Dump.only(folder.resolve("dumps"), "records").lines().size();
    }
}
