package io.spillway.encode;

import io.spillway.source.Document;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import io.spillway.source.elasticsearch.RealPage;
import io.spillway.source.elasticsearch.Volume;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One page's documents as JSON Lines and as CSV, to nowhere. Volumes are of the documents' sources. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class EncoderBenchmark {
    private static final Map<String, List<String>> COLUMNS = Map.of(
            "cities", List.of("admin1", "admin2", "country", "lat", "lng", "name"),
            "countries",
                    List.of("area", "capital", "cca2", "cca3", "independent", "languages", "latlng", "name.common",
                            "name.official", "region", "subregion", "translations.deu.common"));

    @Param({"countries", "cities"})
    public String set;

    private List<Document> documents;
    private long bytes;
    private CsvColumns columns;

    @Setup
    public void documents() throws Exception {
        documents = RealPage.documents(set);
        bytes = documents.stream().mapToLong(Document::length).sum();
        List<String> names = COLUMNS.get(set);
        columns = CsvColumns.named(
                names,
                new SourceDescription(
                        "elasticsearch",
                        null,
                        "books",
                        List.of("books"),
                        1,
                        false,
                        Stream.concat(names.stream(), Stream.of("x"))
                                .map(name -> new SourceField(name, "keyword"))
                                .toList()));
    }

    @Benchmark
    public void jsonLines(Volume volume) throws Exception {
        encode(new JsonLines(), volume);
    }

    @Benchmark
    public void csv(Volume volume) throws Exception {
        encode(new Csv(columns, CsvOptions.DEFAULTS), volume);
    }

    private void encode(Encoder encoder, Volume volume) throws Exception {
        volume.add(bytes);
        OutputStream out = OutputStream.nullOutputStream();
        try (encoder) {
            encoder.begin(out);
            for (Document document : documents) {
                encoder.encode(document, out);
            }
            encoder.end(out);
        }
    }
}
