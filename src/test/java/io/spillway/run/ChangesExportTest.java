package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.changes.ChangeSettings;
import io.spillway.compress.Compression;
import io.spillway.config.Percent;
import io.spillway.destination.Digests;
import io.spillway.encode.BulkLines;
import io.spillway.encode.JsonLines;
import io.spillway.encode.JsonLinesWithId;
import io.spillway.fields.FieldPattern;
import io.spillway.fields.FieldPolicy;
import io.spillway.files.Folders;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.publish.Gate;
import io.spillway.source.SourceField;
import io.spillway.support.KeyedSource;
import io.spillway.support.KeyedSource.Keyed;
import io.spillway.support.Spillway;
import io.spillway.support.SyntheticSource;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes between dumps of whole exports: they turn each dump into the next one, byte for byte. */
class ChangesExportTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Compression GZIP = Compression.parse("gzip", null);
    private static final long SEED = Long.getLong("spillway.seed", 23);
    private static final int DUMPS = Integer.getInteger("spillway.changes.dumps", 20);

    @TempDir
    Path root;

    private final KeyedSource source = new KeyedSource().slices(3);
    private final List<Manifest> manifests = new ArrayList<>();
    private final List<ExportReport> reports = new ArrayList<>();
    private Map<String, String> fingerprint = Map.of("the formats", "1");
    private FieldPolicy fields = FieldPolicy.publishAll();
    private int hour;
    private long requests;
    private boolean bySlice;

    @BeforeEach
    void begin() {
        hour = 0;
    }

    private ChangeSettings byId() {
        return new ChangeSettings(
                "_id",
                true,
                JsonLinesWithId::new,
                GZIP,
                new ChangeSettings.Bulk(GZIP, 2_000),
                30,
                1 << 20,
                fingerprint);
    }

    private ChangeSettings byField(String path) {
        return new ChangeSettings(path, false, JsonLines::new, GZIP, null, 1_000, 1 << 20, fingerprint);
    }

    private Manifest export(List<Keyed> documents, ChangeSettings settings) throws Exception {
        hour++;
        source.now(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(hour)), documents);
        PartFormat lines = settings.wrapped()
                ? new PartFormat(JsonLinesWithId::new, GZIP, Map.of("id", "_id"))
                : new PartFormat(JsonLines::new, GZIP);
        SyntheticExport export = new SyntheticExport(root, source)
                .gate(new Gate(new Gate.Rules(Percent.parse("100%"), false, EnumSet.allOf(Gate.Refusal.class))))
                .limits(40, 1 << 20)
                .fields(fields)
                .changes(settings);
        if (bySlice) {
            export.bySlice();
        }
        ExportReport report = (settings.wrapped()
                        ? export.formats(
                                lines, new PartFormat(() -> new BulkLines(BulkLines.Action.INDEX, 1 << 20), GZIP))
                        : export.formats(lines))
                .run();
        requests = export.progress().now().requests();
        reports.add(report);
        Manifest manifest = report.manifest();
        manifests.add(manifest);
        return SyntheticExport.verify(root, manifest.dump());
    }

    private static Changes changes(Manifest manifest) {
        Changes changes = manifest.changes();
        assertThat(changes).isNotNull();
        return changes;
    }

    private List<String> content(Manifest manifest, String name) throws IOException {
        try (var in = GZIP.decompress(
                Files.newInputStream(root.resolve(manifest.dump()).resolve(name)))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private List<String> content(Manifest manifest, Changes.Kind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Changes.File file : changes(manifest).files()) {
            if (file.kind() == kind) {
                lines.addAll(content(manifest, file.name()));
            }
        }
        return lines;
    }

    private List<String> lines(Manifest manifest) throws IOException {
        List<String> lines = new ArrayList<>();
        for (var part : manifest.parts()) {
            if (part.format().equals("jsonl")) {
                lines.addAll(content(manifest, part.name()));
            }
        }
        return lines;
    }

    private static Map<JsonNode, String> byKey(List<String> lines, String pointer) throws IOException {
        Map<JsonNode, String> byKey = new LinkedHashMap<>();
        for (String line : lines) {
            assertThat(byKey.put(JSON.readTree(line).at(pointer), line)).isNull();
        }
        return byKey;
    }

    /** A reader's view: applies each step to the lines of the first dump. */
    private List<String> apply(int from, int to, String pointer) throws IOException {
        Map<JsonNode, String> byKey = byKey(lines(manifests.get(from)), pointer);
        for (Manifest next : manifests.subList(from + 1, to + 1)) {
            byKey.putAll(byKey(content(next, Changes.Kind.CHANGED), pointer));
            for (JsonNode gone :
                    byKey(content(next, Changes.Kind.DELETED), "/key").keySet()) {
                assertThat(byKey.remove(gone)).isNotNull();
            }
        }
        return byKey.values().stream().sorted().toList();
    }

    /** A server's view: the documents by id and routing, as the requests leave them. */
    private static void send(List<String> requests, Map<String, String> index) throws IOException {
        for (int i = 0; i < requests.size(); i++) {
            JsonNode action = JSON.readTree(requests.get(i));
            JsonNode meta = action.elements().next();
            String place =
                    meta.get("_id").textValue() + "/" + meta.path("routing").asText("");
            if (action.has("delete")) {
                assertThat(index.remove(place)).isNotNull();
            } else {
                index.put(place, requests.get(++i));
            }
        }
    }

    private static String sum(List<String> lines) throws Exception {
        BigInteger sum = BigInteger.ZERO;
        for (String line : lines) {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8));
            sum = sum.add(new BigInteger(1, Arrays.copyOf(sha256, 16)));
        }
        return "%032x".formatted(sum.mod(BigInteger.ONE.shiftLeft(128)));
    }

    @Test
    void changesOfPartsNamedBySliceAreThoseOfNumberedParts() throws Exception {
        bySlice = true;
        Map<String, Keyed> world = new TreeMap<>();
        Random random = new Random(SEED);
        for (int dump = 0; dump < 4; dump++) {
            for (int i = 0; i < 5; i++) {
                step(random, world, dump);
            }
            export(List.copyOf(world.values()), byField("id"));
        }
        assertThat(manifests.get(0).parts().get(0).name()).contains(".0000-00001.");
        assertThat(apply(0, 3, "/id"))
                .isEqualTo(lines(manifests.get(3)).stream().sorted().toList());
    }

    /** Indexes, updates, deletes, changes routings, and sometimes indexes all again into another index. */
    private static void step(Random random, Map<String, Keyed> world, int dump) {
        int events = random.nextInt(12);
        for (int i = 0; i < events; i++) {
            String id = "d" + random.nextInt(90);
            String routing = random.nextInt(4) == 0 ? "r" + random.nextInt(3) : null;
            if (random.nextInt(3) == 0) {
                world.remove(id);
            } else {
                world.put(
                        id,
                        new Keyed(
                                id,
                                "index-" + dump / 8,
                                routing,
                                "{\"n\":%d,\"id\":\"%s\",\"t\":\"é\\u00e9\"}".formatted(random.nextInt(5), id)));
            }
        }
        if (dump % 8 == 0) {
            world.replaceAll((id, was) -> new Keyed(id, "index-" + dump / 8, was.routing(), was.source()));
        }
        world.putIfAbsent("always", new Keyed("always", "index-0", null, "{\"n\":1,\"id\":\"always\"}"));
    }

    @Test
    void anyDumpBecomesAnyLaterDumpByItsSteps() throws Exception {
        Random random = new Random(SEED);
        Map<String, Keyed> world = new TreeMap<>();
        Map<String, String> server = new TreeMap<>();
        for (int dump = 0; dump < DUMPS; dump++) {
            step(random, world, dump);
            damageSometimes(random, dump);
            Manifest manifest = export(List.copyOf(world.values()), byId());
            if (dump == 0) {
                assertThat(changes(manifest).newChain()).contains("first");
                world.values().forEach(each -> server.put(place(each), each.source()));
                continue;
            }
            assertThat(changes(manifest).newChain()).isNull();
            assertThat(changes(manifest).from().dump())
                    .isEqualTo(manifests.get(dump - 1).dump());
            assertThat(changes(manifest).digest())
                    .isEqualTo(new Changes.Digest(sum(lines(manifests.get(dump - 1))), sum(lines(manifest))));
            send(content(manifest, Changes.Kind.BULK), server);
            Map<String, String> expected = new TreeMap<>();
            world.values().forEach(each -> expected.put(place(each), each.source()));
            assertThat(server).isEqualTo(expected);
        }
        for (int from = 0; from < DUMPS; from += 3) {
            for (int to = from + 1; to < DUMPS; to += 2 + from % 2) {
                List<String> expected =
                        lines(manifests.get(to)).stream().sorted().toList();
                assertThat(apply(from, to, "/_id")).isEqualTo(expected);
                assertThat(updated(from, to)).isEqualTo(expected);
            }
        }
    }

    /** The sorted lines of a copy that the reader's tool writes while {@code to} is the newest dump. */
    private List<String> updated(int from, int to) throws Exception {
        List<ChangeSteps.Step> steps = new ArrayList<>();
        for (Manifest each : manifests.subList(1, to + 1)) {
            Changes changes = changes(each);
            steps.add(new ChangeSteps.Step(
                    changes.key(),
                    changes.from().dump(),
                    changes.from().manifestSha256(),
                    each.dump(),
                    Digests.of(root.resolve(each.dump()).resolve("manifest.json"))
                            .sha256(),
                    changes.counts(),
                    changes.digest(),
                    changes.files().stream()
                            .map(file -> ChangeSteps.File.of(each.id().stamp(), file))
                            .toList()));
        }
        Path folder = root.resolve("journals");
        Files.write(folder.resolve("changes.json"), new ChangeSteps("journals", steps, List.of()).write());
        Path copy = root.resolve("copy-%d-%d".formatted(from, to));
        String old = root.resolve(manifests.get(from).dump()).toString();
        Spillway.run("apply", "--from", old, "--changes", folder.toString(), "--to", copy.toString())
                .succeeded();
        List<String> lines = new ArrayList<>();
        try (var files = Files.newDirectoryStream(copy, "*.copy.*")) {
            for (Path file : files) {
                try (var in = GZIP.decompress(Files.newInputStream(file))) {
                    lines.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
                }
            }
        }
        Folders.remove(copy);
        return lines.stream().sorted().toList();
    }

    private static String place(Keyed each) {
        return each.id() + "/" + (each.routing() == null ? "" : each.routing());
    }

    /** The digests that are kept are lost, damaged or of another version: they are made again. */
    private void damageSometimes(Random random, int dump) throws IOException {
        Path note = root.resolve("journals/.spillway.changes.json");
        if (dump == 0) {
            return;
        }
        Path records = records();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(records)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(note)))
                .isEqualTo("rw-------");
        switch (random.nextInt(6)) {
            case 0 -> Files.delete(note);
            case 1 -> Files.delete(records);
            case 2 -> {
                byte[] bytes = Files.readAllBytes(records);
                bytes[random.nextInt(bytes.length)] ^= 4;
                Files.write(records, bytes);
            }
            case 3 -> Files.write(records, Arrays.copyOf(Files.readAllBytes(records), 100));
            case 4 -> Files.writeString(note, Files.readString(note).replace("\"version\" : 1", "\"version\" : 7"));
            default -> assertThat(records).exists();
        }
    }

    private Path records() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("journals"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(".spillway.changes.digests"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Keyed plain(String id, String source) {
        return new Keyed(id, "i", null, source);
    }

    @Test
    void aFieldIsTheKeyInEveryFormOfADocument() throws Exception {
        source.fields(new SourceField("a.k", "keyword"), new SourceField("n", "long"));
        export(
                List.of(
                        plain("1", "{\"a\":{\"k\":\"x\"},\"n\":1}"),
                        plain("2", "{\"a.k\":\"y\",\"n\":1}"),
                        plain("3", "{\"a\":{\"k\":7},\"n\":1}"),
                        plain("4", "{\"a\":{\"k\":\"7\"},\"n\":1}")),
                byField("a.k"));
        Manifest next = export(
                List.of(
                        plain("1", "{\"a\":{\"k\":\"\\u0078\"},\"n\":1}"),
                        plain("9", "{\"a.k\":\"y\",\"n\":1}"),
                        plain("3", "{\"a\":{\"k\":7},\"n\":2}")),
                byField("a.k"));
        assertThat(changes(next).counts()).isEqualTo(new Changes.Counts(0, 2, 1, 1));
        assertThat(content(next, Changes.Kind.CHANGED))
                .containsExactlyInAnyOrder("{\"a\":{\"k\":\"\\u0078\"},\"n\":1}", "{\"a\":{\"k\":7},\"n\":2}");
        assertThat(content(next, Changes.Kind.DELETED)).containsExactly("{\"key\":\"7\"}");
    }

    @Test
    void documentsWithoutAKeyOrWithTheSameKeyBeginANewChain() throws Exception {
        Keyed one = plain("1", "{\"id\":\"a\"}");
        Keyed two = plain("2", "{\"id\":\"b\"}");
        export(List.of(one, two), byField("id"));
        Manifest without = export(List.of(one, plain("3", "{\"n\":1}")), byField("id"));
        assertThat(changes(without).newChain()).contains("1 documents have no key");
        export(List.of(one, two), byField("id"));
        for (String other : List.of("{\"id\":\"a\",\"n\":2}", "{\"id\":[\"c\"]}", "{\"id\":1.5}", "{\"id\":null}")) {
            Manifest refused = export(List.of(one, plain("3", other)), byField("id"));
            assertThat(changes(refused).from()).as(other).isNull();
            assertThat(changes(refused).files()).isEmpty();
        }
        Manifest after = export(List.of(one, two), byField("id"));
        assertThat(changes(after).newChain()).contains("cannot be made again");
        Manifest good = export(List.of(one, two), byField("id"));
        assertThat(changes(good).counts()).isEqualTo(new Changes.Counts(0, 0, 0, 2));
        assertThat(changes(good).files()).isEmpty();
    }

    @Test
    void oneIdUnderTwoRoutingsBeginsANewChain() throws Exception {
        Keyed one = new Keyed("1", "i", "r1", "{\"id\":\"a\"}");
        export(List.of(one), byId());
        Manifest twice = export(List.of(one, new Keyed("1", "i", "r2", "{\"id\":\"a\"}")), byId());
        assertThat(changes(twice).newChain()).contains("key of another document");
        assertThat(SyntheticExport.tree(root.resolve(twice.dump()))).noneMatch(name -> name.contains(".changes."));
    }

    @Test
    void twoIndicesBehindOneDatasetShareOneSetOfKeys() throws Exception {
        Keyed one = new Keyed("1", "i", null, "{\"id\":\"a\"}");
        export(List.of(one, new Keyed("2", "j", null, "{\"id\":\"b\"}")), byId());
        Manifest moved = export(List.of(one, new Keyed("2", "k", null, "{\"id\":\"b\"}")), byId());
        assertThat(changes(moved).counts()).isEqualTo(new Changes.Counts(0, 1, 0, 1));
        Manifest twice = export(List.of(one, new Keyed("1", "j", null, "{\"id\":\"c\"}")), byId());
        assertThat(changes(twice).newChain()).contains("1 documents have the key of another document");
    }

    @Test
    void theSourceIsReadOnceAsWithoutChanges() throws Exception {
        List<Keyed> all = List.of(plain("1", "{\"id\":\"a\"}"), plain("2", "{\"id\":\"b\"}"));
        export(all, byField("id"));
        export(all, byField("id"));
        source.now(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(9)), all);
        SyntheticExport without = new SyntheticExport(root.resolve("other"), source);
        without.run();
        assertThat(requests).isEqualTo(without.progress().now().requests());
    }

    @Test
    void withheldValuesAreInNoChangesAndChangesOfThemAreNone() throws Exception {
        source.fields(new SourceField("id", "keyword"), new SourceField("n", "long"), new SourceField("s", "keyword"));
        fields = new FieldPolicy(
                List.of(FieldPattern.of("id"), FieldPattern.of("n")),
                List.of(FieldPattern.of("s")),
                List.of(),
                FieldPolicy.Unlisted.STOP);
        export(
                List.of(
                        plain("CANARY1", "{\"id\":\"a\",\"s\":\"CANARY2\",\"n\":1}"),
                        plain("CANARY3", "{\"id\":\"b\",\"s\":\"CANARY4\",\"n\":1}"),
                        plain("CANARY5", "{\"id\":\"c\",\"s\":\"CANARY6\",\"n\":1}")),
                byField("id"));
        Manifest next = export(
                List.of(
                        plain("CANARY1", "{\"id\":\"a\",\"s\":\"CANARY7\",\"n\":1}"),
                        plain("CANARY3", "{\"id\":\"b\",\"s\":\"CANARY8\",\"n\":2}")),
                byField("id"));
        assertThat(changes(next).counts()).isEqualTo(new Changes.Counts(0, 1, 1, 1));
        assertThat(content(next, Changes.Kind.CHANGED)).containsExactly("{\"id\":\"b\",\"n\":2}");
        assertThat(content(next, Changes.Kind.DELETED)).containsExactly("{\"key\":\"c\"}");
        assertThat(Files.readString(records(), StandardCharsets.ISO_8859_1)).doesNotContain("CANARY");
        for (String file : SyntheticExport.tree(root)) {
            if (Files.isRegularFile(root.resolve(file))) {
                assertThat(Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1))
                        .as(file)
                        .doesNotContain("CANARY");
            }
        }
    }

    /** The first byte of a record's key digest, and of its line digest. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void changesThatAreNotProvedAreNotPublishedAndTheDumpIs(int offset) throws Exception {
        List<Keyed> all = List.of(plain("1", "{\"id\":\"a\"}"), plain("2", "{\"id\":\"b\"}"));
        export(all, byField("id"));
        export(all, byField("id"));
        forgeDigests(offset);
        Manifest next = export(List.of(all.get(0), plain("3", "{\"id\":\"c\"}")), byField("id"));
        assertThat(changes(next).newChain()).contains("did not prove");
        assertThat(changes(next).files()).isEmpty();
        assertThat(SyntheticExport.tree(root.resolve(next.dump())))
                .noneMatch(name -> name.contains(".changes.") || name.contains(".deleted."));
        assertThat(reports.get(2).warning()).startsWith("dump " + next.dump() + " has no changes");
        assertThat(changes(export(all, byField("id"))).counts()).isEqualTo(new Changes.Counts(1, 0, 1, 1));
    }

    /** Changes one bit of the first record that is kept, and makes the checksums of the note fit. */
    private void forgeDigests(int offset) throws IOException {
        Path file = records();
        byte[] bytes = Files.readAllBytes(file);
        int before = bytes[offset] & 0xFF;
        bytes[offset] ^= 1;
        Files.write(file, bytes);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        Path note = root.resolve("journals/.spillway.changes.json");
        ObjectNode json = (ObjectNode) JSON.readTree(note.toFile());
        json.put("crc32c", crc.getValue());
        if (offset == 16) {
            BigInteger difference = BigInteger.valueOf((before ^ 1) - before).shiftLeft(120);
            BigInteger sum = new BigInteger(json.get("sum").textValue(), 16).add(difference);
            json.put("sum", "%032x".formatted(sum.mod(BigInteger.ONE.shiftLeft(128))));
        }
        Files.writeString(note, json.toString());
    }

    @Test
    void aDamagedPartOfTheDumpBeforeBeginsANewChain() throws Exception {
        List<Keyed> all = List.of(plain("1", "{\"id\":\"a\"}"), plain("2", "{\"id\":\"b\"}"));
        Manifest first = export(all, byField("id"));
        Files.delete(records());
        Path part = root.resolve(first.dump()).resolve(first.parts().get(0).name());
        Files.delete(part);
        try (var out = GZIP.compress(Files.newOutputStream(part))) {
            out.write("{1:2}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(changes(export(all, byField("id"))).newChain()).contains("cannot be made again");
        assertThat(changes(export(all, byField("id"))).newChain()).isNull();
    }

    @Test
    void aKeyThatIsTooLongIsNamedInTheReason() throws Exception {
        export(List.of(plain("1", "{\"id\":\"a\"}")), byField("id"));
        Manifest next = export(List.of(plain("1", "{\"id\":\"" + "k".repeat(2_048) + "\"}")), byField("id"));
        assertThat(changes(next).newChain()).contains("longer than 2,048 bytes");
    }

    @Test
    void otherSettingsBeginANewChainAndSayWhy() throws Exception {
        List<Keyed> all = List.of(plain("1", "{\"id\":\"a\",\"n\":1}"));
        export(all, byField("id"));
        assertThat(changes(export(all, byField("n"))).newChain()).contains("key");
        fingerprint = Map.of("the formats", "2");
        assertThat(changes(export(all, byField("n"))).newChain())
                .isEqualTo("the formats are not those of the dump before");
        source.fields(new SourceField("id", "long"), new SourceField("n", "long"));
        assertThat(changes(export(all, byField("n"))).newChain()).contains("schema version");
        assertThat(changes(export(all, byField("n"))).newChain()).isNull();
    }

    /** What a process leaves that dies after one of the steps: hidden folders, and digests of an earlier dump. */
    @Test
    void aProcessThatDiesBetweenTwoStepsLeavesWhatTheNextExportContinues() throws Exception {
        Path folder = root.resolve("journals");
        Path note = folder.resolve(".spillway.changes.json");
        export(List.of(plain("1", "{\"id\":\"a\",\"n\":1}")), byField("id"));
        byte[] firstNote = Files.readAllBytes(note);
        Path firstRecords = records();
        byte[] first = Files.readAllBytes(firstRecords);

        // The dump is public, and nothing of its digests is kept.
        export(List.of(plain("1", "{\"id\":\"a\",\"n\":2}")), byField("id"));
        Files.delete(records());
        Files.write(note, firstNote);
        Files.write(firstRecords, first);
        Manifest third = export(List.of(plain("1", "{\"id\":\"a\",\"n\":3}")), byField("id"));
        assertThat(changes(third).counts()).isEqualTo(new Changes.Counts(0, 1, 0, 0));
        assertThat(changes(third).from().dump()).isEqualTo(manifests.get(1).dump());

        // The records are kept, and their note is not.
        Files.write(note, firstNote);
        Manifest fourth = export(List.of(plain("1", "{\"id\":\"a\",\"n\":3}")), byField("id"));
        assertThat(changes(fourth).counts()).isEqualTo(new Changes.Counts(0, 0, 0, 1));
        assertThat(changes(fourth).from().dump()).isEqualTo(third.dump());

        // The process died while it sorted or wrote changes.
        Path work = Files.createDirectory(folder.resolve(".2026-11-21T220000Z.0123456789abcdef.incomplete"));
        Files.write(work.resolve("run-000001"), first);
        Manifest fifth = export(List.of(plain("2", "{\"id\":\"b\",\"n\":3}")), byField("id"));
        assertThat(changes(fifth).counts()).isEqualTo(new Changes.Counts(1, 0, 1, 0));
        assertThat(SyntheticExport.tree(root)).noneMatch(name -> name.contains(".incomplete"));
        assertThat(SyntheticExport.tree(root).stream().filter(name -> name.contains(".spillway.changes")))
                .hasSize(2);
    }
}
