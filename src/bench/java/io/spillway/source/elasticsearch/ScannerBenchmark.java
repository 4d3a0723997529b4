package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.TimeUnit;
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

/** Finding the documents of one answer: the scanner, and what parsers of others need for reading the same bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ScannerBenchmark {
    private static final JsonFactory TOKENS = new JsonFactory();
    private static final ObjectMapper TREES = new ObjectMapper();

    @Param({"countries", "cities"})
    public String set;

    private byte[] answer;

    @Setup
    public void answer() throws Exception {
        answer = RealPage.answer(set);
    }

    @Benchmark
    public int scanner(Volume volume) throws Exception {
        volume.add(answer.length);
        return SearchAnswer.parse(answer, answer.length).documents().size();
    }

    @Benchmark
    public int jacksonTokens(Volume volume) throws Exception {
        volume.add(answer.length);
        int tokens = 0;
        try (JsonParser parser = TOKENS.createParser(answer)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        }
        return tokens;
    }

    @Benchmark
    public int jacksonTree(Volume volume) throws Exception {
        volume.add(answer.length);
        return TREES.readTree(answer).path("hits").path("hits").size();
    }
}
