package io.spillway.deliver;

import io.spillway.dataset.DumpId;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Which dumps of a dataset stay: a dump stays while any of the rules wants it, as in restic's forget. Days, weeks (ISO
 * 8601, from Monday), months and years are those of the snapshot's instant in UTC; those without a dump do not count. The
 * newest dump stays, whatever the rules say.
 *
 * @param last    the newest, so many
 * @param daily   the newest of each of so many days
 * @param weekly  the same of weeks
 * @param monthly the same of months
 * @param yearly  the same of years
 */
public record Retention(int last, int daily, int weekly, int monthly, int yearly) {

    /** Fails with {@link IllegalArgumentException} on negative numbers, and where all are 0: that would keep nothing. */
    public Retention {
        if (last < 0 || daily < 0 || weekly < 0 || monthly < 0 || yearly < 0) {
            throw new IllegalArgumentException("a number of dumps to keep is not negative");
        }
        if (last + daily + weekly + monthly + yearly == 0) {
            throw new IllegalArgumentException("at least one rule has to keep something");
        }
    }

    /** Which of these dumps stay. */
    public Set<DumpId> keeps(Collection<DumpId> dumps) {
        List<DumpId> newestFirst = dumps.stream()
                .sorted(Comparator.comparing(DumpId::instant).reversed())
                .toList();
        Set<DumpId> kept =
                new HashSet<>(newestFirst.stream().limit(Math.max(1, last)).toList());
        keep(kept, newestFirst, daily, day -> day);
        keep(
                kept,
                newestFirst,
                weekly,
                day -> day.get(IsoFields.WEEK_BASED_YEAR) * 100 + day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
        keep(kept, newestFirst, monthly, day -> day.withDayOfMonth(1));
        keep(kept, newestFirst, yearly, LocalDate::getYear);
        return kept;
    }

    private static void keep(
            Set<DumpId> kept, List<DumpId> newestFirst, int count, Function<LocalDate, Object> period) {
        Set<Object> periods = new HashSet<>();
        for (DumpId dump : newestFirst) {
            Object of = period.apply(day(dump.instant()));
            if (periods.size() < count && periods.add(of)) {
                kept.add(dump);
            }
        }
    }

    private static LocalDate day(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
