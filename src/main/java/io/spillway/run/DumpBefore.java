package io.spillway.run;

import io.spillway.encode.Parquet;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldPath;
import io.spillway.manifest.Manifest;
import io.spillway.progress.Amounts;
import io.spillway.publish.Cadence;
import io.spillway.publish.Gate;
import io.spillway.publish.Publisher;
import io.spillway.schedule.ScheduleFile;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known before an export from the dump before. Immutable. */
public final class DumpBefore {
    private static final Logger LOG = LoggerFactory.getLogger(DumpBefore.class);

    private static final int SHOWN = 20;

    private final @Nullable Manifest manifest;

    private DumpBefore(@Nullable Manifest manifest) {
        this.manifest = manifest;
    }

    /**
     * Finds the dump before, if a format of the schedule depends on it. Writes nothing. There is none if the destinations cannot
     * be read now, which the log then has.
     */
    public static DumpBefore of(ScheduleFile schedule) {
        boolean needed = schedule.formats().stream().anyMatch(format -> format.parquet() != null);
        if (!needed || !Files.isDirectory(Destinations.homePath(schedule))) {
            return new DumpBefore(null);
        }
        try (Destinations places = Destinations.open(schedule)) {
            Publisher publisher = new Publisher(
                    places.home(),
                    Version.current(),
                    new Gate(Gate.Rules.DEFAULT),
                    places.all(),
                    Cadence.NONE,
                    places.memory());
            return new DumpBefore(publisher.previous(schedule.dataset()).orElse(null));
        } catch (SpillwayException e) {
            LOG.warn("cannot read the previous dump, so its lists are not known cause=\"{}\"", e.getMessage());
            return new DumpBefore(null);
        }
    }

    /** Its manifest, or null if there is none. */
    public @Nullable Manifest manifest() {
        return manifest;
    }

    /** The paths that most of its documents had in {@code _rest}, a line each, for people. */
    public List<String> mostInRest() {
        List<String> lines = new ArrayList<>();
        Map<String, Long> all = inRest();
        all.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(SHOWN)
                .forEach(each -> lines.add("%s, in %s documents of the previous dump"
                        .formatted(FieldPath.shown(each.getKey()), Amounts.count(each.getValue()))));
        if (all.size() > SHOWN) {
            lines.add("and %d more paths".formatted(all.size() - SHOWN));
        }
        return lines;
    }

    /** Number of its documents by path of the values that had no exact column of Parquet; empty if it has no such files. */
    public Map<String, Long> inRest() {
        return manifest == null
                ? Map.of()
                : manifest.formats().stream()
                        .filter(format -> format.name().equals(Parquet.FORMAT))
                        .findFirst()
                        .map(Manifest.Format::leftOut)
                        .orElse(Map.of());
    }
}
