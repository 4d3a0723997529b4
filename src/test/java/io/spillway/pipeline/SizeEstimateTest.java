package io.spillway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.compress.Compression;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.encode.JsonLines;
import io.spillway.encode.TarBatches;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Part;
import io.spillway.progress.Progress;
import io.spillway.progress.StageClock;
import io.spillway.run.SyntheticExport;
import io.spillway.source.Document;
import io.spillway.source.PageReader;
import io.spillway.source.Snapshot;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.source.SourceSurvey;
import io.spillway.support.SyntheticSource;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SizeEstimateTest {
    private static final int DOCUMENTS = 5_000;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"jsonl, gzip", "jsonl, none", "csv, gzip", "csv, zstd", "csv, none", "tar, gzip", "tar, xz"})
    void theEstimateIsCloseToTheSizeOfTheExport(String name, String compression) throws Exception {
        PartFormat format = format(name, compression, CsvOptions.DEFAULTS);
        SyntheticSource source = SyntheticSource.seeded(7, DOCUMENTS);
        List<Part> parts = new SyntheticExport(folder, source)
                .formats(format)
                .run()
                .manifest()
                .parts();

        SizeEstimate estimate = estimate(format, source, 100);

        assertThat(estimate.format()).isEqualTo(name);
        assertThat(estimate.compression()).isEqualTo(format.compression());
        assertThat(estimate.bytes())
                .isCloseTo(parts.stream().mapToLong(Part::bytes).sum(), Percentage.withPercentage(10));
        assertThat(estimate.bytesUncompressed())
                .isCloseTo(parts.stream().mapToLong(Part::bytesUncompressed).sum(), Percentage.withPercentage(10));
    }

    @Test
    void theOverheadOfEachPartIsCountedOnce() throws Exception {
        PartFormat csv = format("csv", "none", CsvOptions.DEFAULTS);
        SizeEstimate estimate = estimate(csv, SyntheticSource.of("{\"id\":1}", "{\"id\":2}"), 2, 1_000);
        assertThat(estimate.bytes()).isEqualTo("id,text\r\n".length() + 1_000 * "1,\r\n".length());
    }

    @Test
    void withoutDocumentsTheEstimateIsTheEmptyPart() throws Exception {
        PartFormat csv = format("csv", "none", CsvOptions.DEFAULTS);
        assertThat(estimate(csv, SyntheticSource.of(), 0).bytes()).isEqualTo("id,text\r\n".length());
    }

    @Test
    void aFieldThatStopsAnExportStopsTheEstimate() {
        CsvOptions stop = new CsvOptions(CsvOptions.ArrayForm.JSON, "|", false, false, CsvOptions.Unlisted.STOP);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> estimate(format("csv", "none", stop), SyntheticSource.of("{\"more\":1}"), 1))
                .withMessageContaining("\"more\"")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.FIELD_POLICY));
    }

    private static SizeEstimate estimate(PartFormat format, SyntheticSource source, int sample) throws Exception {
        return estimate(format, source, sample, DOCUMENTS);
    }

    private static SizeEstimate estimate(PartFormat format, SyntheticSource source, int sample, long documents)
            throws Exception {
        try (Snapshot snapshot = source.pageSize(Math.max(1, sample)).freeze();
                PageReader reader = snapshot.read(snapshot.slices().get(0), new StageClock(), new Progress())) {
            List<Document> page =
                    sample == 0 ? List.of() : reader.next().orElseThrow().documents();
            return SizeEstimate.of(
                    format,
                    new SourceSurvey(
                            snapshot.description(),
                            documents,
                            1,
                            1,
                            page.size(),
                            0,
                            page,
                            SourceSurvey.KEEP_ALIVE,
                            null,
                            List.of()));
        }
    }

    private static PartFormat format(String name, String compression, CsvOptions options) throws Exception {
        Compression codec = Compression.parse(compression, null);
        CsvColumns columns = CsvColumns.named(
                List.of("id", "text"),
                new SourceDescription(
                        "elasticsearch",
                        null,
                        "books",
                        List.of("books"),
                        1,
                        false,
                        List.of(new SourceField("id", "long"), new SourceField("text", "text"))));
        return switch (name) {
            case "csv" -> new PartFormat(() -> new Csv(columns, options), codec);
            case "tar" -> new PartFormat(() -> new TarBatches(new TarBatches.Limits(1_000, 1 << 20), false), codec);
            default -> new PartFormat(JsonLines::new, codec);
        };
    }
}
