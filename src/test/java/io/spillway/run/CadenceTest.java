package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.config.ConfigFile;
import io.spillway.schedule.ScheduleFile;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CadenceTest {
    private static ScheduleFile schedule(String more) throws Exception {
        return ConfigFile.readText("""
                dataset: journals
                source: {elasticsearch: "http://localhost:1", index: i}
                destinations: [{directory: dumps}]
                """ + more, "test", ScheduleFile.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T02:00:07Z, 2026-11-29T02:00:00Z",
        "2026-11-25T12:00:00Z, 2026-11-29T02:00:00Z",
        "2026-03-22T02:00:07Z, 2026-03-29T01:00:00Z"
    })
    void theNextDumpIsDueAtTheNextTimeInTheZoneOfTheSchedule(Instant takenAt, Instant due) throws Exception {
        assertThat(Exporter.cadence(schedule("schedule: {cron: '0 0 3 ? * SUN', time-zone: Europe/Berlin}\n"))
                        .after(takenAt))
                .hasValue(due);
    }

    @Test
    void withoutTimesNothingIsDue() throws Exception {
        assertThat(Exporter.cadence(schedule("")).after(Instant.EPOCH)).isEmpty();
    }
}
