package io.spillway.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LineCountTest {
    private static final byte[] NEAR = {'\n', '\n', 0, 9, 11, 0x0A - 128, (byte) 0x80, (byte) 0xFF, 'a'};

    @Test
    void eachLineFeedIsCountedWhateverIsBesideIt() {
        Random random = new Random(1);
        for (int run = 0; run < 3_000; run++) {
            byte[] buffer = new byte[40];
            int lines = 0;
            int length = random.nextInt(buffer.length + 1);
            for (int i = 0; i < buffer.length; i++) {
                buffer[i] = NEAR[random.nextInt(NEAR.length)];
                lines += i < length && buffer[i] == '\n' ? 1 : 0;
            }
            LineCount count = new LineCount(1);
            count.take(buffer, length);
            assertThat(count.documents()).as("%d bytes, run %d", length, run).isEqualTo(lines);
            assertThat(count.endsWhole()).isEqualTo(length == 0 || buffer[length - 1] == '\n');
        }
    }
}
