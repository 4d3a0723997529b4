package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SortValuesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[0,0]; 0; 0",
                "[5,4294967301]; 1; 5",
                "[ 5 , 4294967301 ]; 1; 5",
                "[2147483647,2147483647]; 0; 2147483647"
            })
    void shardAndNumberAreRead(String sort, int shard, int number) {
        long place = place(sort);
        assertThat(Document.shardOf(place)).isEqualTo(shard);
        assertThat(Document.numberOf(place)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "[5]",
                "[5,]",
                "[,5]",
                "5,5",
                "[5,5",
                "[5,5,5]",
                "[5,4294967302]",
                "[6,4294967301]",
                "[-1,-1]",
                "[\"5\",5]",
                "[5.0,5]",
                "[5,5.0]",
                "[null,5]",
                "[5,1e3]",
                "[2147483648,2147483648]",
                "[5,18446744073709551615]",
                "[5,9223372036854775808]",
                "[5,5]]",
                "[[5,5]"
            })
    void anyOtherFormNamesNoDocument(String sort) {
        assertThat(place(sort)).isEqualTo(Document.NO_PLACE);
    }

    @Test
    void theOrderIsByNumberAndThenByShard() {
        long one = place("[5,4294967301]");
        assertThat(SortValues.isAfter(one, one)).isFalse();
        assertThat(SortValues.isAfter(one, place("[5,5]"))).isTrue();
        assertThat(SortValues.isAfter(place("[5,5]"), one)).isFalse();
        assertThat(SortValues.isAfter(place("[6,6]"), one)).isTrue();
    }

    private static long place(String sort) {
        byte[] bytes = ("x" + sort + "]5").getBytes(StandardCharsets.US_ASCII);
        return SortValues.place(bytes, new Range(1, 1 + sort.length()));
    }
}
