package io.spillway.destination;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DigestsTest {

    @Test
    void theThreeHashesMatchTheStandards() {
        Digests digests = new Digests();
        byte[] abc = "xabcx".getBytes(StandardCharsets.US_ASCII);
        digests.update(abc, 1, 2);
        digests.update(abc, 3, 1);
        assertThat(digests.finish())
                .isEqualTo(new Digests.Sums(
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                        "900150983cd24fb0d6963f7d28e17f72",
                        "a9993e364706816aba3e25717850c26c9cd0d89d"));
    }
}
