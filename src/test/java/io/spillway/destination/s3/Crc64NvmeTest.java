package io.spillway.destination.s3;

import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Crc64NvmeTest {

    @Test
    void theCheckValueMatchesTheCatalogue() {
        byte[] digest = new Crc64Nvme().digest("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo("ae8b14860a799888");
    }

    @Test
    void theResultDoesNotDependOnHowBytesArrive() {
        byte[] content = seeded(1, 1_003);
        byte[] whole = new Crc64Nvme().digest(content);
        Crc64Nvme bits = new Crc64Nvme();
        bits.update(content[0]);
        bits.update(content, 1, 13);
        bits.update(content, 14, content.length - 14);
        assertThat(bits.digest()).isEqualTo(whole);
    }

    @Test
    void digestResetsTheChecksum() {
        Crc64Nvme crc = new Crc64Nvme();
        byte[] first = crc.digest(seeded(2, 100));
        assertThat(crc.digest(seeded(2, 100))).isEqualTo(first);
    }
}
