package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.dataset.Dataset;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines for robots.txt. */
class RobotsLinesTest {
    private static String lines(RobotsLines lines, Rules rules) {
        return lines.write(new KitSite(
                        URI.create("https://data.example.org/"),
                        Path.of("/srv/dumps/notices"),
                        Path.of("/var/lib/spillway/kits"),
                        null,
                        List.of(new Dataset(
                                "journals", "Journals\nDisallow: /", null, null, null, List.of("/api/journals"))),
                        List.of("en"),
                        Limit.of("5/s", 20, 60),
                        rules))
                .text();
    }

    @Test
    void aCommentNamesTheDumpsOnOneLine() {
        assertThat(lines(new RobotsLines(false, List.of(), 0), Rules.NONE).lines())
                .contains("#   https://data.example.org/journals/  Journals Disallow /");
    }

    @Test
    void theSitemapIsThatOfTheDumps() {
        assertThat(lines(new RobotsLines(false, List.of(), 0), Rules.NONE))
                .endsWith("Sitemap: https://data.example.org/sitemap.xml\n");
    }

    @Test
    void nothingIsDisallowedUnlessRequested() {
        assertThat(lines(new RobotsLines(false, List.of(), 0), Rules.NONE).lines())
                .contains("User-agent: *", "Disallow:")
                .noneMatch(line -> line.startsWith("Disallow: "));
    }

    @Test
    void coveredPathsAndWildcardsAreDisallowed() {
        assertThat(lines(new RobotsLines(true, List.of("/*+", "/*?*page="), 0), Rules.NONE)
                        .lines())
                .containsSubsequence(
                        "User-agent: *",
                        "Disallow: /api/journals$",
                        "Disallow: /api/journals/",
                        "Disallow: /api/journals?",
                        "Disallow: /*+",
                        "Disallow: /*?*page=");
    }

    @Test
    void aCrawlDelayBelongsToTheGroupOfAllRobots() {
        assertThat(lines(new RobotsLines(true, List.of(), 10), Rules.NONE).lines())
                .containsSubsequence("User-agent: *", "Disallow: /api/journals/", "Crawl-delay: 10");
    }

    @Test
    void aBlockedProgramIsNamedIfItsNameIsAToken() {
        assertThat(lines(
                                new RobotsLines(false, List.of(), 0),
                                new Rules(List.of(), List.of("BadBot", "Nosy Reader/2.0"), null))
                        .lines())
                .containsSubsequence("User-agent: BadBot", "Disallow: /")
                .noneMatch(line -> line.contains("Nosy"));
    }

    @Test
    void aCrawlDelayOfDaysIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RobotsLines(false, List.of(), 3601));
    }
}
