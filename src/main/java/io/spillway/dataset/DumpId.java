package io.spillway.dataset;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * The id of one dated, immutable publication of a dataset. Its text form is {@code journals/2026-11-21T030000Z}.
 *
 * @param dataset the dataset's name
 * @param instant when its snapshot was taken, UTC, whole seconds
 */
public record DumpId(String dataset, Instant instant) implements Comparable<DumpId> {
    /** Without colons, which Windows and some tools do not allow in a file name. */
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * Truncates the instant to the second.
     *
     * @throws IllegalArgumentException if the name is not valid
     */
    public DumpId {
        if (!Dataset.isName(dataset)) {
            throw new IllegalArgumentException("not a dataset name: \"" + dataset + "\"");
        }
        instant = instant.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The date in paths: {@code 2026-11-21T030000Z}. */
    public String stamp() {
        return STAMP.format(instant);
    }

    /** The prefix of every part's name: {@code journals-2026-11-21T030000Z}. */
    public String fileStem() {
        return dataset + "-" + stamp();
    }

    /** The dump whose folder is called {@code stamp}; empty if that is not a date in this form. */
    public static Optional<DumpId> of(String dataset, String stamp) {
        try {
            DumpId id = new DumpId(dataset, STAMP.parse(stamp, Instant::from));
            return id.stamp().equals(stamp) ? Optional.of(id) : Optional.empty();
        } catch (DateTimeParseException notAStamp) {
            return Optional.empty();
        }
    }

    /** The dump whose id is {@code text}, as {@link #toString()} writes it; empty if that is not an id. */
    public static Optional<DumpId> parse(String text) {
        int slash = text.indexOf('/');
        return slash > 0 && Dataset.isName(text.substring(0, slash))
                ? of(text.substring(0, slash), text.substring(slash + 1))
                : Optional.empty();
    }

    @Override
    public int compareTo(DumpId other) {
        int byName = dataset.compareTo(other.dataset);
        return byName != 0 ? byName : instant.compareTo(other.instant);
    }

    @Override
    public String toString() {
        return dataset + "/" + stamp();
    }
}
