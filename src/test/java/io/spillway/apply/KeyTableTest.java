package io.spillway.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTableTest {
    private record Key(long high, long low) {}

    @Test
    void theLastStepOfEachKeyIsKept() {
        Random random = new Random(1);
        Map<Key, Integer> expected = new HashMap<>();
        KeyTable table = KeyTable.within(1 << 16, 1_500);
        for (int step = 0; step < 20; step++) {
            for (int i = 0; i < 200; i++) {
                // Few different halves, so that slots collide.
                Key key = new Key(random.nextInt(40), random.nextInt(30));
                expected.put(key, step);
                table.put(key.high(), key.low(), step);
            }
        }
        expected.forEach(
                (key, step) -> assertThat(table.step(key.high(), key.low())).isEqualTo(step));
        assertThat(table.size()).isEqualTo(expected.size());
        assertThat(table.step(41, 0)).isEqualTo(-1);
    }

    @Test
    void aTableHoldsItsCapacity() {
        for (long bytes : new long[] {1, 1_000, 100_000}) {
            long capacity = KeyTable.capacity(bytes);
            KeyTable table = KeyTable.within(bytes, capacity);
            for (long key = 0; key < capacity; key++) {
                table.put(key, key * 31, 0);
            }
            assertThat(table.size()).isEqualTo((int) capacity);
        }
    }

    @Test
    void aFullTableTakesNoOtherKey() {
        KeyTable table = KeyTable.within(1, 100);
        int key = 0;
        while (table.put(key, key, 0)) {
            key++;
        }
        assertThat(table.size()).isEqualTo(key).isLessThan(100);
        assertThat(table.step(key, key)).isEqualTo(-1);
        assertThat(table.put(0, 0, 7)).isTrue();
        assertThat(table.step(0, 0)).isEqualTo(7);
    }
}
