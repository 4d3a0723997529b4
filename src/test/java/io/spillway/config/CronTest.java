package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** 2027: clocks are set forward on 28 March (02:00 to 03:00) and back on 31 October (03:00 to 02:00). */
    private static final ZonedDateTime YEAR = ZonedDateTime.of(2027, 1, 1, 0, 0, 0, 0, BERLIN);

    @Test
    void aTimeOfDayStaysTheSameThroughTheYear() {
        List<ZonedDateTime> times = ofTheYear("0 0 4 * * ?");

        assertThat(times).hasSize(365).allMatch(time -> time.toLocalTime().equals(LocalTime.of(4, 0)));
        assertThat(times.stream().map(ZonedDateTime::toLocalDate).distinct()).hasSize(365);
        assertThat(times.stream().map(ZonedDateTime::getOffset).distinct()).hasSize(2);
    }

    @Test
    void aWeeklyTimeFiresOnEverySundayOfTheYear() {
        assertThat(ofTheYear("0 0 3 ? * SUN"))
                .hasSize(52)
                .allMatch(time -> time.getHour() == 3 && time.getDayOfWeek().getValue() == 7);
    }

    @Test
    void aTimeSkippedByTheClockChangeDoesNotFireThatDay() {
        assertThat(ofTheYear("0 30 2 * * ?"))
                .hasSize(364)
                .noneMatch(time -> time.getMonthValue() == 3 && time.getDayOfMonth() == 28);
    }

    @Test
    void aTimeRepeatedByTheClockChangeFiresOnce() {
        assertThat(ofTheYear("0 30 2 * * ?"))
                .filteredOn(time -> time.getMonthValue() == 10 && time.getDayOfMonth() == 31)
                .hasSize(1);
    }

    @Test
    void anHourlyTimeFiresInEveryHourExceptTheRepeatedOne() {
        assertThat(ofTheYear("0 0 * * * ?")).hasSizeBetween(365 * 24 - 1, 365 * 24);
    }

    @Test
    void anExpressionWithoutAnotherTimeHasNone() {
        assertThat(new Cron("0 0 0 1 1 ? 2020").next(YEAR.toInstant(), BERLIN)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "daily | must be six or seven fields from seconds to year, such as 0 0 3 ? * SUN",
                "@reboot | must be six or seven fields from seconds to year, such as 0 0 3 ? * SUN",
                "0 25 * * 0 | must be six or seven fields from seconds to year, such as 0 0 3 ? * SUN",
                "0 0 25 * * ? | must be a cron expression; Quartz says: Hour values must be between 0 and 23",
                "0 3 1 * 0 | has five fields as in Unix, where one of two days is sufficient: set one day, and"
                        + " write seconds first and ? for the other day, such as 0 0 3 ? * SUN",
                "0 0 3 1 * SUN | sets a day of the month and a day of the week: write ? for one of them",
                "0 0 0 31 4 ? | has no future time",
                "0 0 0 1 1 ? 2001 | has no future time"
            })
    void anExpressionThatQuartzRejectsOrThatNeverFiresIsRefused(String text, String reason) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cron.parse(text)).withMessage(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 3 * * 0 | 0 0 3 ? * SUN",
                "0 3 * * 7 | 0 0 3 ? * SUN",
                "0 3 * * sun | 0 0 3 ? * SUN",
                "0 3 * * Sunday | 0 0 3 ? * SUN",
                "0 3 * * * | 0 0 3 * * ?",
                "*/15 * * * * | 0 */15 * * * ?",
                "0 3 1 * * | 0 0 3 1 * ?",
                "0 3 1 * ? | 0 0 3 1 * ?",
                "0 3 1,15 jan-jun * | 0 0 3 1,15 JAN-JUN ?",
                "30 4 * * 1-5 | 0 30 4 ? * MON-FRI",
                "30 4 * * 5-7 | 0 30 4 ? * FRI-SUN",
                "30 4 * * 1,3,sat | 0 30 4 ? * MON,WED,SAT",
                "30 4 * * 0-6 | 0 30 4 * * ?",
                "30 4 * * */2 | 0 30 4 ? * SUN,TUE,THU,SAT",
                "30 4 * * 1-5/2 | 0 30 4 ? * MON,WED,FRI",
                "@daily | 0 0 0 * * ?",
                "@Weekly | 0 0 0 ? * SUN",
                "0 0 3 * * SUN | 0 0 3 ? * SUN",
                "0 0 3 * * * | 0 0 3 * * ?",
                "0 0 3 ? * ? | 0 0 3 * * ?",
                "0 0 3 1 * * | 0 0 3 1 * ?",
                "0 0 3 ? * 0 | 0 0 3 ? * SUN",
                "0 0 3 * * 0 | 0 0 3 ? * SUN",
                "0 0 3 * * MON 2099 | 0 0 3 ? * MON 2099",
            })
    void aCommonMistakeIsRefusedWithTheRightForm(String text, String form) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cron.parse(text))
                .satisfies(e -> assertThat(e.getMessage()).endsWith(" " + form).isEqualTo(Cron.explain(text)))
                .satisfies(e -> assertThat(Cron.parse(form).text()).isEqualTo(form));
    }

    private static List<ZonedDateTime> ofTheYear(String text) {
        Cron cron = Cron.parse(text);
        List<ZonedDateTime> times = new ArrayList<>();
        Instant end = YEAR.plusYears(1).toInstant();
        for (Instant at = cron.next(YEAR.toInstant().minusMillis(1), BERLIN).orElseThrow();
                at.isBefore(end);
                at = cron.next(at, BERLIN).orElse(end)) {
            times.add(at.atZone(BERLIN));
        }
        return times;
    }
}
