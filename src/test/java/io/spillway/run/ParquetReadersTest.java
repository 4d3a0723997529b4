package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.compress.Compression;
import io.spillway.encode.Parquet;
import io.spillway.manifest.Manifest;
import io.spillway.parquet.Columns;
import io.spillway.pipeline.PartFormat;
import io.spillway.source.SourceField;
import io.spillway.support.DuckDb;
import io.spillway.support.NpmPackages;
import io.spillway.support.SyntheticSource;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet files of a dump in the hands of programs that readers use. */
class ParquetReadersTest {
    private static final int DOCUMENTS = 40_000;

    @TempDir
    private Path root;

    private Path export(long partDocuments, String... documents) throws Exception {
        Columns.Options options = new Columns.Options(Set.of("tag"), true, false, false);
        Columns columns = new Columns(
                List.of(
                        new SourceField("author", "nested"),
                        new SourceField("author.name", "keyword"),
                        new SourceField("big", "unsigned_long"),
                        new SourceField("day", "date"),
                        new SourceField("id", "long"),
                        new SourceField("tag", "keyword"),
                        new SourceField("text", "text")),
                options);
        Manifest manifest = new SyntheticExport(root, SyntheticSource.of(documents))
                .limits(partDocuments, 1L << 40)
                .formats(new PartFormat(
                        () -> new Parquet(columns, 3, 4 << 20),
                        Compression.parse("none", null),
                        Parquet.facts(columns, options)))
                .run()
                .manifest();
        return root.resolve(manifest.dump());
    }

    private Path three() throws Exception {
        return export(
                2,
                "{\"id\":1,\"author\":[{\"name\":\"A\"}],\"tag\":[\"x\"]}",
                "{\"id\":2,\"big\":18446744073709551615,\"day\":\"2024-05-06T07:08:09.123Z\"}",
                "{\"id\":3,\"other\":[1]}");
    }

    /** What a program has to run, according to the README of the dump. */
    private static String line(Path dump, String program) throws Exception {
        return Files.readAllLines(dump.resolve("README.md")).stream()
                .map(String::strip)
                .filter(line -> line.startsWith(program + "   "))
                .map(line -> line.substring(program.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theLineForDuckDbLoadsAllFiles() throws Exception {
        Path dump = three();
        String line = line(dump, "DuckDB");
        assertThat(DuckDb.count(dump, line.substring(0, line.length() - 1))).isEqualTo(3);
        assertThat(Files.readString(dump.resolve("index.html"))).contains("pandas.read_parquet(file)", "scan_parquet");
    }

    @Test
    void theLineForPolarsLoadsAllFiles() throws Exception {
        Path dump = three();
        assertThat(line(dump, "Polars")).isEqualTo("polars.scan_parquet(\"*.parquet\").collect()");
        // The same calls in the Polars of Node.js.
        String found = node(
                dump,
                "import polars from '%s';".formatted(NpmPackages.file("nodejs-polars/bin/index.js")),
                "const table = polars.scanParquet('*.parquet').collectSync();",
                "console.log(JSON.stringify(table.sort('id').select('id', 'tag', '_rest').toRecords()));");
        assertThat(found)
                .isEqualTo("[{\"id\":1,\"tag\":[\"x\"],\"_rest\":null},{\"id\":2,\"tag\":null,\"_rest\":null},"
                        + "{\"id\":3,\"tag\":null,\"_rest\":\"{\\\"other\\\":[1]}\"}]");
    }

    @Test
    void oneColumnOverHttpIsLessThanATenthOfTheFile() throws Exception {
        Random random = new Random(24);
        Path dump = export(
                DOCUMENTS,
                IntStream.range(0, DOCUMENTS)
                        .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"" + random(random) + "\"}")
                        .toArray(String[]::new));
        Path file;
        try (Stream<Path> files = Files.list(dump)) {
            file = files.filter(each -> each.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
        try (WebServer server = WebServer.serving(dump)) {
            String sum = node(
                    dump,
                    "import {asyncBufferFromUrl, parquetReadObjects} from '%s';"
                            .formatted(NpmPackages.file("hyparquet/src/index.js")),
                    "import {compressors} from '%s';".formatted(NpmPackages.file("hyparquet-compressors/src/index.js")),
                    "const file = await asyncBufferFromUrl({url: '%s'});"
                            .formatted(
                                    server.address().resolve(file.getFileName().toString())),
                    "const rows = await parquetReadObjects({file, columns: ['id'], compressors});",
                    "console.log(String(rows.reduce((sum, row) => sum + row.id, 0n)));");
            assertThat(sum).isEqualTo(String.valueOf((long) DOCUMENTS * (DOCUMENTS - 1) / 2));
            long fetched = server.requests().stream()
                    .filter(request -> request.method().equals("GET"))
                    .mapToLong(request -> length(request.header("Range")))
                    .sum();
            assertThat(fetched).isPositive().isLessThan(Files.size(file) / 10);
        }
    }

    private static String random(Random random) {
        StringBuilder text = new StringBuilder();
        while (text.length() < 400) {
            text.append(Long.toString(random.nextLong(), 36));
        }
        return text.toString();
    }

    private static long length(String range) {
        String[] ends = range.substring("bytes=".length()).split("-", -1);
        return Long.parseLong(ends[1]) - Long.parseLong(ends[0]) + 1;
    }

    private String node(Path folder, String... lines) throws Exception {
        Path script = Files.write(root.resolve("script.mjs"), List.of(lines));
        Tool.Result result = Tool.run(folder, "node", script.toString());
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output().strip();
    }
}
