package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageSizerTest {
    private static final long TARGET = 4 << 20;

    @Test
    void theFirstPageIsSmallBecauseNothingIsKnownYet() {
        assertThat(new PageSizer(TARGET, 10_000).documents()).isEqualTo(PageSizer.FIRST_DOCUMENTS);
    }

    @Test
    void aPageAtMostDoubles() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        for (int expected : new int[] {200, 400, 800, 1_600, 3_200}) {
            sizer.learn(sizer.documents(), sizer.documents() * 10);
            assertThat(sizer.documents()).isEqualTo(expected);
        }
    }

    @Test
    void pagesApproachTheTargetBytes() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        for (int page = 0; page < 20; page++) {
            sizer.learn(sizer.documents(), sizer.documents() * 1_024);
        }
        assertThat(sizer.documents()).isEqualTo((int) (TARGET / 1_024));
    }

    @Test
    void noPageIsLongerThanTheWindow() {
        PageSizer narrow = new PageSizer(TARGET, 7);
        PageSizer wide = new PageSizer(TARGET, 1_000_000);
        assertThat(narrow.documents()).isEqualTo(7);
        for (int page = 0; page < 20; page++) {
            narrow.learn(narrow.documents(), narrow.documents());
            wide.learn(wide.documents(), wide.documents());
        }
        assertThat(narrow.documents()).isEqualTo(7);
        assertThat(wide.documents()).isEqualTo(PageSizer.MAX_DOCUMENTS);
    }

    @Test
    void aDocumentAboveTheTargetIsReadAlone() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        sizer.learn(1, 100 << 20);
        assertThat(sizer.documents()).isEqualTo(1);
    }

    @Test
    void oneUnusualPageHardlyChangesTheSize() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        for (int page = 0; page < 20; page++) {
            sizer.learn(sizer.documents(), sizer.documents() * 1_024);
        }
        int usual = sizer.documents();
        sizer.learn(usual, usual * 2_048);
        assertThat(sizer.documents()).isBetween(usual * 3 / 4, usual);
    }

    @Test
    void aRejectedPageIsHalvedDownToOneDocument() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        for (int expected : new int[] {50, 25, 12, 6, 3, 1}) {
            assertThat(sizer.shorten()).isTrue();
            assertThat(sizer.documents()).isEqualTo(expected);
        }
        assertThat(sizer.shorten()).isFalse();
        assertThat(sizer.documents()).isEqualTo(1);
    }

    @Test
    void afterAHalvingItGrowsSlowlyAndLaterFastAgain() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        sizer.shorten();
        for (int page = 0; page < 8; page++) {
            int before = sizer.documents();
            sizer.learn(before, before * 10);
            assertThat(sizer.documents()).isGreaterThan(before).isLessThanOrEqualTo(before + 1 + before / 8);
        }
        int before = sizer.documents();
        sizer.learn(before, before * 10);
        assertThat(sizer.documents()).isEqualTo(before * 2);
    }

    @Test
    void itGrowsAgainFromASingleDocument() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        while (sizer.shorten()) {
            assertThat(sizer.documents()).isPositive();
        }
        for (int page = 0; page < 40; page++) {
            sizer.learn(sizer.documents(), sizer.documents() * 1_024);
        }
        assertThat(sizer.documents()).isEqualTo((int) (TARGET / 1_024));
    }

    @Test
    void anEmptyPageChangesNothing() {
        PageSizer sizer = new PageSizer(TARGET, 10_000);
        sizer.learn(0, 200);
        assertThat(sizer.documents()).isEqualTo(PageSizer.FIRST_DOCUMENTS);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aSizeIsAlwaysBetweenOneAndTheWindow(long seed) {
        Random random = new Random(seed);
        PageSizer sizer = new PageSizer(1 + random.nextInt(10_000_000), 1 + random.nextInt(20_000));
        for (int page = 0; page < 1_000; page++) {
            if (random.nextInt(5) == 0) {
                sizer.shorten();
            } else {
                sizer.learn(random.nextInt(sizer.documents() + 1), 1 + random.nextInt(Integer.MAX_VALUE - 1));
            }
            assertThat(sizer.documents()).isBetween(1, PageSizer.MAX_DOCUMENTS);
        }
    }
}
