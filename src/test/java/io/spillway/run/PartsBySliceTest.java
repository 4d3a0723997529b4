package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.compress.Compression;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.web.WebFiles;
import io.spillway.destination.web.WebPatience;
import io.spillway.encode.BulkLines;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.encode.Parquet;
import io.spillway.encode.TarBatches;
import io.spillway.fresh.Expectations;
import io.spillway.fresh.Freshness;
import io.spillway.fresh.Pointer;
import io.spillway.fresh.SiteCheck;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.parquet.Columns;
import io.spillway.pipeline.PartFormat;
import io.spillway.site.SiteWriter;
import io.spillway.source.SourceField;
import io.spillway.support.PublishedSchemas;
import io.spillway.support.SyntheticSource;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every reader of a dump accepts parts with names by slice. */
@Timeout(60)
class PartsBySliceTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final URI SITE = URI.create("https://dumps.example.org/");
    private static final Pattern CODE = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path root;

    private final SyntheticSource source =
            SyntheticSource.seeded(5, 200).slices(3).lanes(2).pageSize(7);
    private Manifest manifest = null;
    private Path dump = Path.of(".");

    @BeforeEach
    void publish() throws Exception {
        export(SyntheticExport.jsonLines("gzip"));
    }

    private void export(PartFormat... formats) throws Exception {
        manifest = new SyntheticExport(root, source)
                .formats(formats)
                .limits(30, 1L << 40)
                .publicUrl(SITE)
                .bySlice()
                .run()
                .manifest();
        dump = root.resolve(manifest.dump());
        try (LocalDirectory directory = LocalDirectory.open(root, SITE)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of("journals"));
        }
    }

    private List<String> names() {
        return manifest.parts().stream().map(Part::name).toList();
    }

    private static List<String> values(JsonNode list, String member) {
        List<String> values = new ArrayList<>();
        list.forEach(each -> values.add(each.path(member).asText()));
        return values;
    }

    @Test
    void theManifestHasThemInTheOrderOfSlicesAndParts() throws Exception {
        assertThat(names())
                .hasSizeGreaterThan(6)
                .isSorted()
                .allMatch(name -> name.matches("journals-2026-11-21T030000Z\\.000[012]-0000[1-9]\\.jsonl\\.gz"))
                .contains("journals-2026-11-21T030000Z.0002-00002.jsonl.gz");
        assertThat(SyntheticExport.lines(root, manifest, "gzip")).isEqualTo(source.lines());
    }

    @Test
    void verifyReadsThem() throws Exception {
        assertThat(SyntheticExport.verify(root, manifest.dump())).isEqualTo(manifest);
    }

    @Test
    void aDumpWithoutDocumentsHasAPartOfTheFirstSlice() throws Exception {
        Path empty = Files.createDirectory(root.resolve("empty"));
        Manifest made = new SyntheticExport(empty, SyntheticSource.of())
                .allowEmpty()
                .bySlice()
                .run()
                .manifest();
        assertThat(made.parts())
                .extracting(Part::name)
                .containsExactly("journals-2026-11-21T030000Z.0000-00001.jsonl.gz");
        assertThat(SyntheticExport.verify(empty, made.dump())).isEqualTo(made);
    }

    @Test
    void eachFormatHasItsOwnNumbers() throws Exception {
        Path other = Files.createDirectory(root.resolve("other"));
        Compression none = Compression.parse("none", null);
        List<SourceField> fields = List.of(new SourceField("id", "long"), new SourceField("text", "text"));
        CsvColumns cells = CsvColumns.fromMapping(fields);
        Columns.Options options = new Columns.Options(Set.of(), false, false, false);
        Columns columns = new Columns(fields, options);
        Manifest made = new SyntheticExport(other, source)
                .formats(
                        SyntheticExport.jsonLines("zstd"),
                        new PartFormat(() -> new BulkLines(BulkLines.Action.INDEX, 1 << 20), none),
                        new PartFormat(() -> new Csv(cells, CsvOptions.DEFAULTS), none),
                        new PartFormat(
                                () -> new TarBatches(new TarBatches.Limits(10, 1 << 20), false),
                                Compression.parse("gzip", null)),
                        new PartFormat(() -> new Parquet(columns, 3, 4 << 20), none, Parquet.facts(columns, options)))
                .limits(30, 1L << 40)
                .bySlice()
                .run()
                .manifest();
        for (String end : List.of(".jsonl.zst", ".bulk.ndjson", ".csv", ".tar.gz", ".parquet")) {
            assertThat(made.parts())
                    .extracting(Part::name)
                    .contains("journals-2026-11-21T030000Z.0000-00001" + end)
                    .contains("journals-2026-11-21T030000Z.0002-00002" + end);
        }
        assertThat(SyntheticExport.verify(other, made.dump())).isEqualTo(made);
    }

    @Test
    void checksumsAndListsNameThem() throws Exception {
        assertThat(Files.readAllLines(dump.resolve("urls.txt")))
                .containsExactlyElementsOf(names().stream()
                        .map(name -> SITE.resolve(manifest.dump() + "/" + name).toString())
                        .toList());
        assertThat(Tool.run(dump, "sha256sum", "-c", "SHA256SUMS").exitCode()).isZero();
        assertThat(Files.readString(dump.resolve("SHA256SUMS"))).contains(names());
        assertThat(Files.readString(dump.resolve("journals.meta4"))).contains(names());
        assertThat(Files.readString(dump.resolve("journals.torrent"), StandardCharsets.ISO_8859_1))
                .contains(names());
        assertThat(Files.readString(dump.resolve("index.html"))).contains(names());
    }

    @Test
    void descriptionsOfDataNameThem() throws Exception {
        JsonNode resources =
                JSON.readTree(dump.resolve("datapackage.json").toFile()).path("resources");
        List<String> named = values(resources, "name");
        assertThat(values(resources, "path")).containsAll(names());
        // The pattern and the uniqueness are those of Data Package.
        assertThat(named).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z0-9._-]+"));
        JsonNode croissant = JSON.readTree(dump.resolve("croissant.json").toFile());
        assertThat(values(croissant.path("distribution"), "name")).doesNotHaveDuplicates();
        assertThat(values(croissant.path("distribution"), "@id")).doesNotHaveDuplicates();
        assertThat(croissant.path("distribution").toString()).contains(names());
    }

    @Test
    void theFilesOfLinksObeyTheirSchemas() throws Exception {
        JsonNode latest = PublishedSchemas.assertObeys(
                "latest", Files.readAllBytes(root.resolve("journals").resolve("latest.json")));
        assertThat(values(latest.path("files"), "name")).containsAll(names());
        JsonNode links = PublishedSchemas.assertObeys("links", Files.readAllBytes(root.resolve("links.json")));
        assertThat(links.toString()).contains(names());
    }

    @Test
    void theCommandsOfTheReadmeFetchCheckAndReadAllOfThem() throws Exception {
        Path copy = Files.createDirectory(root.resolve("copy"));
        String readme = Files.readString(dump.resolve("README.md"));
        Matcher code = CODE.matcher(readme);
        assertThat(code.find()).isTrue();
        try (WebServer server = WebServer.serving(root)) {
            String address = server.address().resolve(manifest.dump()).toString();
            String commands = code.group(1)
                    .replaceFirst("URL='[^']*'", Matcher.quoteReplacement("URL='" + address + "'"))
                    .replace(SITE.resolve(manifest.dump()).toString(), address);
            Tool.require("wget", "wget");
            Tool.Result result = Tool.run(copy, "sh", "-c", commands);
            assertThat(result.exitCode()).as(result.output()).isZero();
        }
        for (String name : names()) {
            assertThat(copy.resolve(name)).hasSameBinaryContentAs(dump.resolve(name));
        }
    }

    @Test
    void thePageReadsAllOfThemWithOnePattern() throws Exception {
        assertThat(Files.readString(root.resolve("journals").resolve("index.html")))
                .contains("journals-2026-11-21T030000Z.*.jsonl.gz");
    }

    @Test
    void freshFindsTheirSite() throws Exception {
        try (WebServer server = WebServer.serving(root);
                LocalDirectory directory = LocalDirectory.open(root)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of("journals"));
            SiteCheck check = new SiteCheck(
                    new WebFiles(new WebPatience(
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(5),
                            2,
                            10,
                            Duration.ofMillis(1),
                            Duration.ofMillis(4))),
                    new Expectations(Duration.ofDays(8), Duration.ofHours(2), 0, true, 2),
                    Clock.fixed(manifest.takenAt().plusSeconds(60), ZoneOffset.UTC),
                    new Random(1));
            Pointer pointer = check.find(server.address());
            Freshness found = check.check(pointer, pointer.datasets().get(0));
            assertThat(found.findings()).isEmpty();
            assertThat(found.files()).isGreaterThan(names().size());
        }
    }
}
