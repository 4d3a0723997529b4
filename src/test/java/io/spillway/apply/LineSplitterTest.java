package io.spillway.apply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    @Test
    void linesAreTheSameHoweverTheContentArrives() throws Exception {
        Random random = new Random(1);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            expected.add("x".repeat(random.nextInt(4) == 0 ? random.nextInt(9_000) : random.nextInt(3)));
        }
        byte[] content = (String.join("\n", expected) + "\n").getBytes(UTF_8);
        for (int longest : new int[] {1, 7, 5_000, content.length}) {
            List<String> lines = new ArrayList<>();
            LineSplitter splitter =
                    new LineSplitter((bytes, from, to) -> lines.add(new String(bytes, from, to - from, UTF_8)));
            for (int at = 0; at < content.length; ) {
                int count = Math.min(content.length - at, 1 + random.nextInt(longest));
                splitter.take(Arrays.copyOfRange(content, at, at + count), count);
                at += count;
            }
            assertThat(lines).isEqualTo(expected);
        }
    }

    @Test
    void aLineThatNoMemoryHoldsIsRefused() throws Exception {
        List<Integer> lengths = new ArrayList<>();
        LineSplitter splitter = new LineSplitter((bytes, from, to) -> lengths.add(to - from), 10_000);
        splitter.take(new byte[10_000], 10_000);
        splitter.take(new byte[] {'\n'}, 1);
        assertThat(lengths).containsExactly(10_000);
        splitter.take(new byte[9_000], 9_000);
        SpillwayException refused =
                catchThrowableOfType(SpillwayException.class, () -> splitter.take(new byte[1_001], 1_001));
        assertThat(refused).hasMessageContaining("a line has more than 10000 bytes");
        assertThat(refused.fault()).isEqualTo(Fault.INTEGRITY);
    }
}
