package io.spillway.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Sha256SumsTest {
    private static final String ONE = "1".repeat(64);
    private static final String TWO = "ab".repeat(32);

    @Test
    void aLineIsHashTwoSpacesAndNameAndLinesAreSortedByName() {
        assertThat(text(Map.of("urls.txt", ONE, "README.md", TWO, "a.00002.jsonl.gz", ONE)))
                .isEqualTo(TWO + "  README.md\n" + ONE + "  a.00002.jsonl.gz\n" + ONE + "  urls.txt\n");
    }

    @Test
    void writtenChecksumsAreReadBackEqual() {
        Map<String, String> hashes = new TreeMap<>(Map.of("urls.txt", ONE, "README.md", TWO));
        assertThat(Sha256Sums.read(Sha256Sums.write(hashes))).isEqualTo(hashes);
    }

    @Test
    void anEmptyFileNamesNothing() {
        assertThat(Sha256Sums.read(new byte[0])).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "1111  README.md",
                "1111111111111111111111111111111111111111111111111111111111111111 README.md",
                "1111111111111111111111111111111111111111111111111111111111111111 *README.md",
                "AB11111111111111111111111111111111111111111111111111111111111111  README.md",
                "1111111111111111111111111111111111111111111111111111111111111111  ../README.md",
                "1111111111111111111111111111111111111111111111111111111111111111  a b",
                "\\1111111111111111111111111111111111111111111111111111111111111111  a\\nb",
                "# a comment"
            })
    void anyOtherLineIsRefused(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sha256Sums.read((line + "\n").getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining(line);
    }

    private static String text(Map<String, String> hashes) {
        return new String(Sha256Sums.write(hashes), StandardCharsets.US_ASCII);
    }
}
