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
 * Decides which dumps of a dataset to keep: a dump is kept if any rule selects it, as in restic's forget. Days, weeks
 * (ISO 8601, from Monday), months and years are those of the snapshot's instant in UTC; periods without a dump do not
 * count. The newest dump is always kept.
 *
 * @param last    keep this many of the newest dumps
 * @param daily   keep the newest dump of each of this many days
 * @param weekly  the same for weeks
 * @param monthly the same for months
 * @param yearly  the same for years
 */
public record Retention(int last, int daily, int weekly, int monthly, int yearly) {

    /** @throws IllegalArgumentException if a number is negative, or all are 0, which would keep nothing */
    public Retention {
        if (last < 0 || daily < 0 || weekly < 0 || monthly < 0 || yearly < 0) {
            throw new IllegalArgumentException("the number of dumps to keep must not be negative");
        }
        if (last + daily + weekly + monthly + yearly == 0) {
            throw new IllegalArgumentException("at least one rule must be greater than 0");
        }
    }

    /** Selects the dumps to keep. */
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
