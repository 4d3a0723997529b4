package io.spillway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.dataset.DumpId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetentionTest {

    @Test
    void theNewestDumpsAreKept() {
        assertThat(kept(new Retention(2, 0, 0, 0, 0), "2026-01-01", "2026-01-02", "2026-01-03"))
                .containsExactly("2026-01-02", "2026-01-03");
    }

    @Test
    void theNewestOfEachMonthIsKeptAndMonthsWithoutADumpDoNotCount() {
        assertThat(kept(
                        new Retention(0, 0, 0, 2, 0),
                        "2025-10-01",
                        "2025-10-31",
                        "2026-01-01",
                        "2026-01-15",
                        "2025-09-01"))
                .containsExactly("2025-10-31", "2026-01-15");
    }

    @Test
    void aWeekBeginsOnMonday() {
        // 2 November 2026 is a Monday.
        assertThat(kept(new Retention(0, 0, 2, 0, 0), "2026-10-26", "2026-11-01", "2026-11-02", "2026-11-08"))
                .containsExactly("2026-11-01", "2026-11-08");
    }

    @Test
    void theFirstDaysOfAYearMayBelongToTheLastWeekOfThePreviousYear() {
        assertThat(kept(new Retention(0, 0, 2, 0, 0), "2026-12-30", "2027-01-01", "2027-01-04"))
                .containsExactly("2027-01-01", "2027-01-04");
    }

    @Test
    void aDumpIsKeptIfAnyRuleKeepsIt() {
        assertThat(kept(new Retention(1, 0, 0, 0, 2), "2024-05-05", "2025-01-01", "2025-12-31", "2026-01-01"))
                .containsExactly("2025-12-31", "2026-01-01");
    }

    @Test
    void theNewestDumpIsAlwaysKept() {
        Random random = new Random(6);
        for (int i = 0; i < 200; i++) {
            List<DumpId> dumps = new ArrayList<>();
            Stream.generate(() -> new DumpId("d", Instant.ofEpochSecond(random.nextInt(1_000_000_000))))
                    .limit(1 + random.nextInt(20))
                    .forEach(dumps::add);
            Retention rules = new Retention(
                    random.nextInt(2), random.nextInt(3), random.nextInt(3), 1 + random.nextInt(2), random.nextInt(2));
            assertThat(rules.keeps(dumps))
                    .contains(dumps.stream().max(DumpId::compareTo).orElseThrow());
        }
    }

    @Test
    void rulesThatKeepNothingAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Retention(0, 0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Retention(-1, 2, 0, 0, 0));
    }

    private static List<String> kept(Retention rules, String... days) {
        return rules
                .keeps(Stream.of(days)
                        .map(day -> new DumpId("d", Instant.parse(day + "T03:00:00Z")))
                        .toList())
                .stream()
                .map(dump -> dump.stamp().substring(0, 10))
                .sorted()
                .toList();
    }
}
