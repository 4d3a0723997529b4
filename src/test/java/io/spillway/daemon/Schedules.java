package io.spillway.daemon;

import io.spillway.config.ConfigFile;
import io.spillway.config.Cron;
import io.spillway.deliver.DeliveryOutcome;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.pipeline.RunStats;
import io.spillway.run.ExportReport;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import io.spillway.schedule.TimesSection.Missed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Schedules and reports for tests of the daemon. */
final class Schedules {
    /** Never fires during a test: 29 February of a distant year. */
    static final String FAR_AWAY = "0 0 0 29 2 ? 2096";

    private Schedules() {}

    /** The text of a schedule file. */
    static String yaml(String dataset, @Nullable String cron) {
        return """
                dataset: %s
                source: {elasticsearch: "http://localhost:1", index: i}
                destinations: [{directory: dumps}]
                """.formatted(dataset) + (cron == null ? "" : "schedule: {cron: '" + cron + "'}\n");
    }

    /** A schedule with these times. */
    static ScheduleFile of(String dataset, @Nullable TimesSection times) {
        try {
            ScheduleFile file = ConfigFile.readText(yaml(dataset, null), "test", ScheduleFile.class);
            return new ScheduleFile(
                    file.dataset(),
                    file.title(),
                    file.description(),
                    file.license(),
                    file.homepage(),
                    file.publisher(),
                    file.covers(),
                    file.source(),
                    file.fields(),
                    file.formats(),
                    file.changes(),
                    file.parts(),
                    file.destinations(),
                    file.state(),
                    file.gate(),
                    file.keep(),
                    file.notices(),
                    times);
        } catch (SpillwayException e) {
            throw new AssertionError(e);
        }
    }

    static TimesSection times(String cron, Missed missed) {
        return new TimesSection(new Cron(cron), ZoneId.of("UTC"), missed, 3, Duration.ofHours(1));
    }

    /** A folder with a file for each of these datasets. */
    static Path folder(Path folder, String cron, String... datasets) throws IOException {
        Files.createDirectories(folder);
        for (String dataset : datasets) {
            Files.writeString(folder.resolve(dataset + ".yaml"), yaml(dataset, cron));
        }
        return folder;
    }

    /** The report of an export that published three documents. */
    static ExportReport report() {
        String hash = "0".repeat(64);
        Part part = new Part("d.jsonl", "jsonl", "none", 30, 30, 3, hash, "0".repeat(32), "0".repeat(40));
        Manifest manifest = new Manifest(
                1,
                "d",
                "d/2026-11-22T030000Z",
                "D",
                null,
                null,
                null,
                null,
                null,
                Instant.parse("2026-11-22T03:00:00Z"),
                new Manifest.Source("elasticsearch", null, "i", List.of("i"), false, null, 3, 0L, List.of()),
                3,
                30,
                null,
                null,
                null,
                null,
                List.of(new Manifest.Format("jsonl", "none", Map.of(), Map.of())),
                List.of(part),
                List.of(),
                null,
                "test");
        return new ExportReport(
                manifest,
                new RunStats(1.5, 3, 300, 7, 2, 1, 1, Map.of(), List.of(), null),
                "/srv/dumps",
                new DeliveryOutcome(manifest, List.of(), List.of("/srv/dumps"), null));
    }

    /** The outcome of that dump if its links cannot be updated for this reason. */
    static DeliveryOutcome partial(SpillwayException failure) {
        return report().delivery().withPointers(failure);
    }
}
