package io.spillway.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1.0 KiB",
        "1536,1.5 KiB",
        "1048575,1.0 MiB",
        "1503238553,1.4 GiB",
        "9223372036854775807,8192.0 PiB"
    })
    void bytesAreCountedInPowersOf1024(long bytes, String text) {
        assertThat(Amounts.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "999,999", "1234567,'1,234,567'"})
    void largeNumbersHaveCommas(long count, String text) {
        assertThat(Amounts.count(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT0S,0s", "PT59.9S,59s", "PT60S,1m00s", "PT3M7S,3m07s", "PT1H2M3S,1h02m", "PT100H,100h00m", "PT-5S,0s"
    })
    void durationsHaveAtMostTwoUnits(String duration, String text) {
        assertThat(Amounts.duration(Duration.parse(duration))).isEqualTo(text);
    }
}
