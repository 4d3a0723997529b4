package io.spillway.destination.local;

import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.ObjectKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
    private static final String RANDOM = ".0123456789abcdef.incomplete";

    @TempDir
    private Path root;

    private LocalDirectory directory;

    @BeforeEach
    void open() throws Exception {
        directory = LocalDirectory.open(root);
        put(directory, new ObjectKey("journals/2026-11-21T030000Z/manifest.json"), bytes("{}"));
    }

    private Path left(String name, Duration age) throws Exception {
        Path file = Files.createFile(root.resolve(name));
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
        return file;
    }

    @Test
    void anUnfinishedNoticeInTheFolderOfADumpIsSwept() throws Exception {
        Path notice = left("journals/2026-11-21T030000Z/.withdrawn.json" + RANDOM, Duration.ofHours(2));

        assertThat(directory.sweep("journals")).containsExactly("2026-11-21T030000Z/.withdrawn.json" + RANDOM);
        assertThat(notice).doesNotExist();
        assertThat(notice.resolveSibling("manifest.json")).exists();
    }

    @Test
    void anUnfinishedFileOfTheSiteIsSwept() throws Exception {
        Path links = left(".links.json" + RANDOM, Duration.ofHours(2));

        assertThat(directory.sweep("journals")).containsExactly("../.links.json" + RANDOM);
        assertThat(links).doesNotExist();
    }

    @Test
    void youngAndForeignHiddenFilesStay() throws Exception {
        left("journals/2026-11-21T030000Z/.withdrawn.json" + RANDOM, Duration.ofMinutes(1));
        left(".links.json" + RANDOM, Duration.ofMinutes(1));
        left(".htaccess", Duration.ofDays(9));
        left(".film.incomplete", Duration.ofDays(9));
        left("journals/2026-11-21T030000Z/.htaccess", Duration.ofDays(9));
        Files.createDirectories(root.resolve("articles"));
        left("articles/.latest.json" + RANDOM, Duration.ofDays(9));

        assertThat(directory.sweep("journals")).isEmpty();
    }
}
