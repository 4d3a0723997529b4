package io.spillway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.compress.Compression;
import io.spillway.encode.JsonLines;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.run.SyntheticExport;
import io.spillway.support.SyntheticSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapRoomTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "16, gzip, 6, 256",
        "16, bzip2, 1, 256",
        "16, zstd, 19, 256",
        "64, none, 0, 256",
        "2, xz, 6, 256",
        "1, xz, 7, 256",
        "4, xz, 9, 4096"
    })
    void anExportThatFitsIsNotRefused(int lanes, String compression, int level, long mebibytes) {
        assertThatCode(() -> HeapRoom.require(lanes, List.of(format(compression, level)), mebibytes * MIB, false))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"4, xz, 6, 256", "2, xz, 7, 256", "1, xz, 8, 256", "1, xz, 9, 512", "64, bzip2, 9, 256"})
    void anExportThatCannotFitIsRefused(int lanes, String compression, int level, long mebibytes) {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> HeapRoom.require(lanes, List.of(format(compression, level)), mebibytes * MIB, false))
                .withMessageContaining(
                        lanes + (lanes == 1 ? " lane of " : " lanes of ") + compression + " level " + level)
                .withMessageContaining("this JVM has " + mebibytes + " MiB")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
    }

    @Test
    void formatsOfOneRunAddUp() {
        PartFormat xz = format("xz", 6);
        assertThatCode(() -> HeapRoom.require(2, List.of(xz), 256 * MIB, false)).doesNotThrowAnyException();
        assertThat(refusal(2, 256, xz, format("xz", 7))).hasMessageContaining("xz level 6 and xz level 7");
    }

    @Test
    void theSuggestedNumberOfLanesFitsAndOneMoreDoesNot() {
        Matcher lanes = Pattern.compile("lanes: (\\d+)")
                .matcher(refusal(16, 512, format("xz", 6)).hint());
        assertThat(lanes.find()).isTrue();
        int fitting = Integer.parseInt(lanes.group(1));
        assertThatCode(() -> HeapRoom.require(fitting, List.of(format("xz", 6)), 512 * MIB, false))
                .doesNotThrowAnyException();
        assertThat(refusal(fitting + 1, 512, format("xz", 6))).isNotNull();
    }

    @Test
    void fewerLanesAreNotSuggestedIfNotEvenOneFits() {
        assertThat(refusal(2, 256, format("xz", 9)).hint())
                .doesNotContain("lanes")
                .contains("lower level");
    }

    @Test
    void theSuggestedHeapIsLargeEnough() {
        Matcher xmx = Pattern.compile("-Xmx(\\d+)m")
                .matcher(refusal(16, 256, format("xz", 9)).hint());
        assertThat(xmx.find()).isTrue();
        long heap = Long.parseLong(xmx.group(1)) * MIB;
        assertThatCode(() -> HeapRoom.require(16, List.of(format("xz", 9)), heap * 15 / 16, false))
                .doesNotThrowAnyException();
    }

    @Test
    void theBuffersOfChangesCount() {
        PartFormat xz = format("xz", 6);
        long enough = LongStream.rangeClosed(64, 512)
                .map(mebibytes -> mebibytes * MIB)
                .filter(heap -> fits(heap, xz))
                .findFirst()
                .orElseThrow();
        SpillwayException refused =
                catchThrowableOfType(SpillwayException.class, () -> HeapRoom.require(1, List.of(xz), enough, true));
        assertThat(refused).hasMessageContaining("1 lane of xz level 6, and changes, need ");
        Matcher xmx = Pattern.compile("-Xmx(\\d+)m").matcher(refused.hint());
        assertThat(xmx.find()).isTrue();
        long heap = Long.parseLong(xmx.group(1)) * MIB;
        assertThatCode(() -> HeapRoom.require(1, List.of(xz), heap * 15 / 16, true))
                .doesNotThrowAnyException();
    }

    private static boolean fits(long heap, PartFormat format) {
        try {
            HeapRoom.require(1, List.of(format), heap, false);
            return true;
        } catch (SpillwayException e) {
            return false;
        }
    }

    @Test
    void aHundredMillionDocumentsAreComparedIn256MebibytesAndABillionAreNot() {
        assertThatCode(() -> HeapRoom.requireComparison(100_000_000, 256 * MIB)).doesNotThrowAnyException();
        SpillwayException refused = catchThrowableOfType(
                SpillwayException.class, () -> HeapRoom.requireComparison(1_000_000_000, 256 * MIB));
        assertThat(refused).hasMessageContaining("1000000000 documents").hasMessageContaining("has 256 MiB");
        assertThat(refused.hint()).contains("-Xmx");
    }

    @Test
    void anExportThatCannotFitReadsAndWritesNothing(@TempDir Path folder) {
        SyntheticSource source = SyntheticSource.seeded(1, 10).slices(64).lanes(64);
        PartFormat[] formats = new PartFormat[64];
        Arrays.fill(formats, format("xz", 9));
        SyntheticExport export = new SyntheticExport(folder, source).formats(formats);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(export::run)
                .withMessageContaining("64 lanes of xz level 9")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
        assertThat(export.progress().now().requests()).isZero();
        assertThat(source.openSnapshots()).isZero();
    }

    private static SpillwayException refusal(int lanes, long mebibytes, PartFormat... formats) {
        return catchThrowableOfType(
                SpillwayException.class, () -> HeapRoom.require(lanes, List.of(formats), mebibytes * MIB, false));
    }

    private static PartFormat format(String compression, int level) {
        return new PartFormat(JsonLines::new, Compression.parse(compression, level));
    }
}
