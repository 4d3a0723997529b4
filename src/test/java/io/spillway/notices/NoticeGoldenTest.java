package io.spillway.notices;

import static io.spillway.notices.PublishedNotices.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Notices are compared byte for byte, so that none changes by accident. After an intended change, {@code mvn test
 * -Dtest=NoticeGoldenTest -Dgolden.update} writes them again, and the difference is reviewed.
 */
class NoticeGoldenTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "notices");
    private static final boolean UPDATE = System.getProperty("golden.update") != null;

    @TempDir
    private Path root;

    private PublishedNotices published() throws Exception {
        PublishedNotices site = new PublishedNotices(root);
        site.settings = new NoticeSettings(
                List.of("en", "de", "pt"), URI.create("https://example.org/use"), "data@example.org", null, 10, true);
        site.dumps.nextDue = TAKEN.plus(Duration.ofDays(7));
        site.dumps.publish(root, "journals", TAKEN, 1_200);
        site.site(site.directory).rebuild(java.util.Set.of("articles"));
        return site;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "429.json",
                "429.html",
                "429.txt",
                "journals/429.json",
                "journals/429.html",
                "journals/429.txt",
                "journals/429.de.txt",
                "journals/429.pt.txt",
                "journals/403.txt",
                "journals/400.txt",
                "articles/429.json",
                "problems.html"
            })
    void aNoticeMatchesItsGoldenFile(String name) throws Exception {
        try (PublishedNotices site = published()) {
            Path golden = GOLDEN.resolve(name);
            if (UPDATE) {
                Files.createDirectories(golden.getParent());
                Files.write(golden, site.bytes(name));
            }
            assertThat(site.text(name)).isEqualTo(Files.readString(golden));
        }
    }

    @Test
    void everyGoldenFileIsUsed() throws Exception {
        try (var files = Files.walk(GOLDEN)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(12);
        }
    }
}
