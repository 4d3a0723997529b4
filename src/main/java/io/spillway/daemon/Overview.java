package io.spillway.daemon;

import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.TimesSection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of the daemon and all datasets at one moment, as shown by {@code /status}.
 *
 * @param at       the moment
 * @param running  number of running exports on this daemon
 * @param waiting  number of exports that are due but have not started, on all daemons of this state
 * @param problems broken schedule files with their problems
 * @param disks    space where state and dumps are written, on this machine
 * @param datasets one each, by name
 */
record Overview(
        Instant at,
        int running,
        long waiting,
        Map<String, String> problems,
        List<Disks.Disk> disks,
        List<Line> datasets) {

    /**
     * A dataset.
     *
     * @param dataset   its name
     * @param title     its title, or null
     * @param cron      its cron expression, or null if it has no schedule
     * @param timeZone  of the cron expression, or null
     * @param next      time of the next export, or null if none is scheduled
     * @param lateSince the due time that was missed, or null
     * @param failures  failed attempts since a dump last became public
     * @param missing   number of destinations that lack the newest dump, or may name an older one
     * @param alerted   the open alert, or null
     * @param last      the last attempt, or null
     * @param success   the last success, or null
     */
    record Line(
            String dataset,
            @Nullable String title,
            @Nullable String cron,
            @Nullable String timeZone,
            @Nullable Instant next,
            @Nullable Instant lateSince,
            int failures,
            int missing,
            @Nullable String alerted,
            DatasetState.@Nullable Attempt last,
            DatasetState.@Nullable Success success) {

        private Line withoutDetails() {
            DatasetState.Attempt attempt = last == null ? null : last.withoutDetails();
            return new Line(
                    dataset, title, cron, timeZone, next, lateSince, failures, missing, alerted, attempt, success);
        }
    }

    /**
     * The part that is safe without a token: no messages, which quote ids, queries and addresses, and no names of hosts
     * and folders. The log has them, and {@code /status} shows them with the token.
     */
    Overview withoutDetails() {
        Map<String, String> broken = new TreeMap<>();
        problems.keySet()
                .forEach(file ->
                        broken.put(Disks.nameOf(file), Disks.nameOf(file) + " is broken; see the log for details"));
        return new Overview(
                at,
                running,
                waiting,
                broken,
                disks.stream().map(Disks.Disk::withoutPath).toList(),
                datasets.stream().map(Line::withoutDetails).toList());
    }

    static Overview of(
            ScheduleFolder folder, DatasetLog log, Timetable timetable, Runner runner, Disks disks, Clock clock)
            throws SQLException, SpillwayException {
        Instant now = clock.instant();
        Map<String, DatasetState> states = log.all();
        List<Line> lines = new ArrayList<>();
        for (ScheduleFile schedule : folder.schedules().values()) {
            DatasetState state = states.get(schedule.dataset());
            TimesSection times = schedule.schedule();
            lines.add(new Line(
                    schedule.dataset(),
                    schedule.title(),
                    times == null ? null : times.cron().text(),
                    times == null ? null : times.timeZone().getId(),
                    timetable.next(schedule.dataset()).orElse(null),
                    lateSince(times, state, now).orElse(null),
                    state == null ? 0 : state.failures(),
                    state == null ? 0 : state.missing(),
                    state == null ? null : state.alerted(),
                    state == null ? null : state.last(),
                    state == null ? null : state.success()));
        }
        Map<String, String> problems = new TreeMap<>();
        folder.problems().forEach((file, problem) -> problems.put(file.toString(), problem));
        return new Overview(now, runner.running(), timetable.waiting(), problems, disks.measured(), lines);
    }

    /**
     * The first due time after the last success that is overdue by more than the time limit, which is the only bound on
     * an export's duration.
     */
    static Optional<Instant> lateSince(@Nullable TimesSection times, @Nullable DatasetState state, Instant now) {
        if (times == null || state == null) {
            return Optional.empty();
        }
        Instant since =
                state.success() == null ? state.knownSince() : state.success().began();
        return times.cron()
                .next(since, times.timeZone())
                .filter(due -> due.plus(times.timeLimit()).isBefore(now));
    }
}
