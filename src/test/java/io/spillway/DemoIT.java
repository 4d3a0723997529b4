package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.demo.DemoRecords;
import io.spillway.support.Dump;
import io.spillway.support.Spillway;
import io.spillway.support.Spillway.Outcome;
import io.spillway.support.TestCluster;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DemoIT {
    private static final Pattern REPOSITORY = Pattern.compile("took a snapshot in (\\S+) and stopped the server");

    @TempDir
    private Path folder;

    @Test
    void theDemoExportsAllRecordsFromASnapshotOfAServerThatIsStopped() throws Exception {
        Outcome demo = Spillway.run(
                        "demo",
                        "--from-snapshot",
                        "--server-home",
                        TestCluster.home().toString(),
                        "--to",
                        folder.toString())
                .succeeded();

        Matcher repository = REPOSITORY.matcher(demo.err());
        assertThat(repository.find()).isTrue();
        assertThat(demo.err().indexOf("verified ")).isGreaterThan(repository.end());
        assertThat(Path.of(repository.group(1)).getParent()).doesNotExist();
        for (DemoRecords records : DemoRecords.all()) {
            Dump dump = Dump.only(folder, records.dataset());
            assertThat(dump.lines()).hasSize(records.documents());
            assertThat(dump.manifest().at("/source/snapshot/name").asText()).isEqualTo("nightly");
        }
        assertThat(demo.err()).contains("verified cities/", "verified countries/");
        assertThat(demo.out()).contains("sha256sum --ignore-missing -c SHA256SUMS");
    }
}
