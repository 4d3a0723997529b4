package io.spillway.support;

import io.spillway.destination.local.LocalDirectory;
import io.spillway.manifest.Manifest;
import io.spillway.site.SiteWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A realistic site: five datasets with thirty dumps each, created in seconds from manifests. One has everything that
 * pages can show, one has a malicious publisher, one has names that are too long for any line, and one has hardly
 * anything.
 */
public final class ExampleSite {
    /** Text of a publisher who wants it to be executed. */
    public static final String HOSTILE = "</title></script><script>alert(1)</script>\"'<!--<img src=x onerror=alert(2)>"
            + " &amp; ${1+1} {{1}} \u202Egnihtyna\u202C עברית العربية 📚👩🏽‍🔬";

    /** Text without any place for a line break. */
    private static final String LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungen";

    private static final Instant NEWEST = Instant.parse("2026-11-21T03:00:00Z");
    private static final int DUMPS = 30;

    private ExampleSite() {}

    /** Creates a site below {@code root}, for readers who see it at {@code address}. */
    public static void make(Path root, URI address) throws Exception {
        for (PublishedDumps dataset : List.of(hostile(), longNames(), everything(), nothing(), rightToLeft())) {
            String name = dataset.homepage == null ? "plain" : dataset.homepage.replaceFirst(".*/", "");
            for (int week = 0; week < DUMPS; week++) {
                long documents = 400_000 - 9_000L * week + week % 5 * 20_000L;
                dataset.nextDue = NEWEST.plus(Duration.ofDays(7));
                dataset.publish(root, name, NEWEST.minus(Duration.ofDays(7L * week)), documents);
            }
        }
        try (LocalDirectory directory = LocalDirectory.open(root, address)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
    }

    private static PublishedDumps everything() {
        PublishedDumps dumps = new PublishedDumps();
        dumps.title = "Journals of the directory";
        dumps.description = "Every journal that the directory lists, with its licence, its publisher and its subjects.";
        dumps.homepage = "https://example.org/journals";
        dumps.covers = List.of("/api/search/journals", "/query/journal", "/api/journals");
        dumps.parts = 12;
        dumps.sample =
                "{\"id\":\"a\",\"bibjson\":{\"title\":\"Zeitschrift für Beispiele\",\"year\":2026}}\n".repeat(20);
        List<Manifest.Field> fields = new ArrayList<>();
        IntStream.range(0, 30)
                .forEach(number -> fields.add(new Manifest.Field(
                        "bibjson.editorial.review_process_" + number,
                        number % 3 == 0 ? null : "keyword",
                        List.of("array", "string"),
                        1_000L * number,
                        number % 7 == 0 ? "hash" : null)));
        dumps.fields = fields;
        return dumps;
    }

    private static PublishedDumps hostile() {
        PublishedDumps dumps = new PublishedDumps();
        dumps.title = HOSTILE;
        dumps.description = HOSTILE;
        dumps.homepage = "https://example.org/hostile";
        dumps.covers = List.of("/" + HOSTILE);
        dumps.sample = HOSTILE + "\n";
        dumps.fields = List.of(new Manifest.Field(HOSTILE, HOSTILE, List.of("string"), 1L, HOSTILE));
        return dumps;
    }

    private static PublishedDumps longNames() {
        PublishedDumps dumps = new PublishedDumps();
        dumps.title = LONG + " " + LONG + LONG;
        dumps.description = LONG.repeat(5);
        dumps.homepage = "https://example.org/" + "a-path/that-goes-on-and-on/".repeat(8) + "long-names";
        dumps.covers = List.of("/" + LONG.repeat(3));
        dumps.sample = "{\"" + LONG + "\":\"" + LONG.repeat(20) + "\"}\n";
        dumps.parts = 120;
        dumps.fields = List.of(new Manifest.Field(LONG + "." + LONG, "keyword", List.of("string"), 1L, LONG));
        return dumps;
    }

    private static PublishedDumps nothing() {
        PublishedDumps dumps = new PublishedDumps();
        dumps.title = "plain";
        dumps.description = null;
        dumps.homepage = null;
        dumps.license = null;
        dumps.covers = null;
        dumps.sample = "";
        dumps.parts = 1;
        dumps.fields = List.of();
        return dumps;
    }

    private static PublishedDumps rightToLeft() {
        PublishedDumps dumps = new PublishedDumps();
        dumps.title = "كتب ومجلات (2026) — الفهرس";
        dumps.description = "كل سجل في الفهرس، سطر واحد لكل مستند. JSON Lines, gzip.";
        dumps.homepage = "https://example.org/rtl";
        return dumps;
    }
}
