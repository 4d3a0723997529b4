package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "17B, 17",
        "64KiB, 65536",
        "1.5KiB, 1536",
        "500MB, 500000000",
        "500 MB, 500000000",
        "4MiB, 4194304",
        "1GiB, 1073741824",
        "2TB, 2000000000000",
        "2TiB, 2199023255552",
        "9223372036854775807, 9223372036854775807",
    })
    void aSizeIsReadInItsUnit(String text, long bytes) {
        assertThat(DataSize.parse(text)).isEqualTo(DataSize.ofBytes(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-1", "1 gib", "1mb", "1Mb", "1K", "GiB", "1,5GiB", "1e3", "1GiB ", "٣"})
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataSize.parse(text))
                .withMessage(DataSize.EXPECTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "0.3KiB", "9223372036854775808", "99999999999TiB"})
    void aFractionOfAByteAndTooManyBytesAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> DataSize.parse(text));
    }

    @Test
    void aNegativeSizeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> DataSize.ofBytes(-1));
    }

    @ParameterizedTest
    @CsvSource({"0, 0B", "1001, 1001B", "1000, 1KB", "1024, 1KiB", "1073741824, 1GiB", "1500000000, 1500MB"})
    void aSizePrintsInTheLargestUnitThatDividesIt(long bytes, String text) {
        assertThat(DataSize.ofBytes(bytes)).hasToString(text);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aPrintedSizeReadsBackEqual(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            DataSize size = DataSize.ofBytes(random.nextLong() >>> random.nextInt(1, 64));

            assertThat(DataSize.parse(size.toString())).isEqualTo(size);
        }
    }

    @Test
    void sizesCompareByBytes() {
        assertThat(DataSize.parse("1MB")).isLessThan(DataSize.parse("1MiB"));
    }
}
