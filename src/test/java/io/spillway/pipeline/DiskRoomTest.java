package io.spillway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRoomTest {
    private static final int DOCUMENTS = 100;

    @TempDir
    private Path root;

    private Manifest previous;

    @BeforeEach
    void publish() throws Exception {
        previous = new SyntheticExport(root, SyntheticSource.seeded(7, DOCUMENTS))
                .compressions("none")
                .run()
                .manifest();
    }

    @Test
    void aDumpLargerThanTheFreeSpaceIsRefusedWithTheFigures() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> require(previous.bytes() * 2, DOCUMENTS * 2, "none"))
                .withMessageContaining(DOCUMENTS * 2 + " documents need about ")
                .withMessageContaining("but " + previous.bytes() * 2 + " are free")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
    }

    @Test
    void aDumpThatFitsIsNotRefused() {
        assertThatCode(() -> require(previous.bytes() * 11 / 10, DOCUMENTS, "none"))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherCompressionCannotBeComparedAndIsNotRefused() {
        assertThatCode(() -> require(1, DOCUMENTS, "gzip")).doesNotThrowAnyException();
    }

    private void require(long usable, long documents, String compression) throws SpillwayException {
        DiskRoom.require(usable, previous, documents, List.of(SyntheticExport.jsonLines(compression)));
    }
}
