package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.changes.ChangeSettings;
import io.spillway.changes.KeptDigests;
import io.spillway.compress.Compression;
import io.spillway.config.Percent;
import io.spillway.deliver.Pruner;
import io.spillway.deliver.Retention;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3Server;
import io.spillway.destination.web.WebFiles;
import io.spillway.destination.web.WebPatience;
import io.spillway.encode.JsonLines;
import io.spillway.files.Folders;
import io.spillway.fresh.Expectations;
import io.spillway.fresh.Freshness;
import io.spillway.fresh.Pointer;
import io.spillway.fresh.SiteCheck;
import io.spillway.manifest.ChangeSteps;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.publish.Gate;
import io.spillway.site.SiteWriter;
import io.spillway.support.DuckDb;
import io.spillway.support.KeyedSource;
import io.spillway.support.KeyedSource.Keyed;
import io.spillway.support.PublishedSchemas;
import io.spillway.support.Spillway;
import io.spillway.support.SyntheticSource;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of steps names what exists, after exports, withdrawals and removals; the recipes in a README apply a step. */
class ChangesSiteTest {
    @TempDir
    Path folder;

    Path root = Path.of(".");

    private final KeyedSource source = new KeyedSource();

    @BeforeEach
    void makeHome() throws Exception {
        root = Files.createDirectories(folder.resolve("home"));
    }

    private final Map<String, String> world = new TreeMap<>();
    private int hour;

    /** Exports, with one document changed, one gone and one new, and updates the links. */
    private Manifest next() throws Exception {
        hour++;
        world.remove("gone" + (hour - 1));
        for (String id : List.of("same", "gone" + hour, "new" + hour)) {
            world.put(id, "{\"id\":\"" + id + "\",\"n\":1.10}");
        }
        world.put("changed", "{\"id\":\"cha\\u006eged\",\"n\":  " + hour + "}");
        List<Keyed> all = new ArrayList<>();
        world.forEach((id, text) -> all.add(new Keyed(id, "i", null, text)));
        source.now(SyntheticSource.TAKEN_AT.plus(Duration.ofHours(hour)), all);
        Manifest manifest = new SyntheticExport(root, source)
                .gate(new Gate(new Gate.Rules(Percent.parse("100%"), false, Set.of())))
                .limits(2, 1 << 20)
                .changes(new ChangeSettings(
                        "id", false, JsonLines::new, Compression.parse("gzip", null), null, 100, 1 << 20, Map.of()))
                .run()
                .manifest();
        site(writer -> writer.publish("journals"));
        return manifest;
    }

    private interface Work {
        void with(SiteWriter writer) throws Exception;
    }

    private void site(Work work) throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            work.with(writer(directory));
        }
    }

    private static SiteWriter writer(LocalDirectory directory) {
        return new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC());
    }

    /** The list, which obeys its schema, whose files exist, and whose hashes are those of the manifests. */
    private ChangeSteps steps() throws Exception {
        Path file = root.resolve("journals/changes.json");
        byte[] bytes = Files.readAllBytes(file);
        PublishedSchemas.assertObeys("changes", bytes);
        ChangeSteps steps;
        try (var in = Files.newInputStream(file)) {
            steps = ChangeSteps.read(in, "changes.json");
        }
        for (ChangeSteps.Step step : steps.steps()) {
            for (ChangeSteps.File each : step.files()) {
                assertThat(root.resolve("journals").resolve(each.path())).hasSize(each.bytes());
            }
            assertThat(step.toManifestSha256())
                    .isEqualTo(Digests.of(root.resolve(step.to()).resolve("manifest.json"))
                            .sha256());
        }
        return steps;
    }

    private static List<String> arrows(ChangeSteps steps) {
        return steps.steps().stream()
                .map(step -> hour(step.from()) + ">" + hour(step.to()))
                .toList();
    }

    private static String hour(String dump) {
        return "" + (Integer.parseInt(dump.substring(dump.indexOf('T') + 1, dump.indexOf('T') + 3)) - 3);
    }

    private void withdraw(Manifest manifest) throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            DumpChanges.forget(directory, manifest.id());
            var outcome = new Withdrawals(directory, false, List.of(directory), "journals", Clock.systemUTC())
                    .withdraw(
                            manifest.id(),
                            "wrong",
                            true,
                            place -> writer(directory).publish("journals"));
            assertThat(outcome.shortfall()).isEmpty();
        }
    }

    @Test
    void aReaderAppliesTheStepsToAnOlderDump() throws Exception {
        Manifest first = next();
        next();
        Manifest third = next();
        Path copy = root.resolve("copy");
        Spillway.run(
                        "apply",
                        "--from",
                        root.resolve(first.dump()).toString(),
                        "--changes",
                        root.resolve("journals").toString(),
                        "--to",
                        copy.toString())
                .succeeded();
        assertThat(lines(copy, "*.copy.*.jsonl.gz"))
                .containsExactlyInAnyOrderElementsOf(lines(root.resolve(third.dump()), "*Z.[0-9]*.jsonl.gz"));
    }

    @Test
    void aBucketListsTheStepsToItsOwnDumps() throws Exception {
        try (S3Server store = S3Server.openToAll();
                Destination bucket = S3Bucket.open(store.options())) {
            Manifest first = next();
            Manifest second = next();
            for (Manifest each : List.of(first, second)) {
                Path copy = Files.createDirectories(root.resolve(".copy"));
                try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(each.dump()))) {
                    for (Path file : files) {
                        Files.copy(file, copy.resolve(file.getFileName()));
                    }
                }
                bucket.place(copy, new ObjectKey(each.dump()), Manifest.FILE_NAME);
                Folders.remove(copy);
                new SiteWriter(bucket, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).publish("journals");
            }
            try (var in = bucket.open(new ObjectKey("journals/changes.json"))) {
                assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(root.resolve("journals/changes.json")));
            }
            for (StoredObject object : bucket.list(second.dump() + "/")) {
                if (object.key().value().contains(".deleted.")) {
                    bucket.delete(object.key());
                }
            }
            new SiteWriter(bucket, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).publish("journals");
            try (var in = bucket.open(new ObjectKey("journals/changes.json"))) {
                assertThat(ChangeSteps.read(in, "changes.json").steps()).isEmpty();
            }
        }
    }

    @Test
    void aWithdrawalRemovesTheKeysOfTheDumpAlsoWhereTheDumpNeverWas() throws Exception {
        Manifest first = next();
        Manifest second = next();
        Path mirror = Files.createDirectories(root.resolveSibling("mirror").resolve(second.dump()));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(second.dump()))) {
            for (Path file : files) {
                Files.copy(file, mirror.resolve(file.getFileName()));
            }
        }
        assertThat(mirror).isDirectoryContaining("glob:**.deleted.*");
        try (LocalDirectory home = LocalDirectory.open(root);
                LocalDirectory other = LocalDirectory.open(root.resolveSibling("mirror"))) {
            var outcome = new Withdrawals(home, false, List.of(home, other), "journals", Clock.systemUTC())
                    .withdraw(first.id(), "wrong", true, place -> {});
            assertThat(outcome.shortfall()).isEmpty();
        }
        for (Path dump : List.of(mirror, root.resolve(second.dump()))) {
            assertThat(dump).isDirectoryContaining("glob:**/manifest.json");
            assertThat(dump).isDirectoryNotContaining("glob:**.deleted.*");
            assertThat(dump).isDirectoryNotContaining("glob:**.changes.*");
        }
    }

    @Test
    void changesThatArePlacedAfterAWithdrawalAreRemovedByTheNextRun() throws Exception {
        Manifest first = next();
        Manifest second = next();
        Path dump = root.resolve(second.dump());
        Path late = Files.createDirectories(root.resolve(".late"));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dump, "*.{changes,deleted}.*")) {
            for (Path file : files) {
                Files.copy(file, late.resolve(file.getFileName()));
            }
        }
        withdraw(first);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(late)) {
            for (Path file : files) {
                Files.copy(file, dump.resolve(file.getFileName()));
            }
        }
        try (LocalDirectory home = LocalDirectory.open(root)) {
            var unused = new Withdrawals(home, false, List.of(home), "journals", Clock.systemUTC()).settle(place -> {});
        }
        assertThat(dump).isDirectoryNotContaining("glob:**.deleted.*");
    }

    @Test
    void thePageAndTheFeedLeadToTheChanges() throws Exception {
        next();
        assertThat(root.resolve("journals/index.html")).content().contains("<bdi>changes.json</bdi>");
        assertThat(root.resolve("journals/feed.atom")).content().doesNotContain("changes.json");
        next();
        assertThat(root.resolve("journals/feed.atom"))
                .content()
                .contains("; since the dump before: 2 added, 1 changed, 1 deleted</summary>")
                .contains("rel=\"related\" type=\"application/json\"");
    }

    @Test
    void verifyComparesTheListOfStepsWithTheNewestDump() throws Exception {
        next();
        Manifest second = next();
        String folder = root.resolve("journals").toString();
        Spillway.run("verify", folder).succeeded();
        Path file = root.resolve("journals/changes.json");
        String good = Files.readString(file);
        Files.writeString(file, good.replaceAll("\"unchanged\" : \\d+", "\"unchanged\" : 9"));
        var run = Spillway.run("verify", folder);
        assertThat(run.exitCode()).isEqualTo(30);
        assertThat(run.err()).contains("changes.json has another step to journals/");
        Files.writeString(file, good.replace(second.dump(), "journals/2026-11-21T235959Z"));
        run = Spillway.run("verify", folder);
        assertThat(run.exitCode()).isEqualTo(30);
        assertThat(run.err()).contains("changes.json does not know " + second.dump());
        try (WebServer server = WebServer.serving(root)) {
            assertThat(Spillway.run("verify", server.address() + "journals/latest.json")
                            .err())
                    .contains("changes.json does not know");
            Files.writeString(file, good);
            Spillway.run("verify", server.address() + "journals/").succeeded();
        }
    }

    @Test
    void verifyComparesEachStepWithTheManifestsOfBothItsDumps() throws Exception {
        Manifest first = next();
        next();
        next();
        next();
        String folder = root.resolve("journals").toString();
        Path file = root.resolve("journals/changes.json");
        String good = Files.readString(file);
        ChangeSteps.Step step = steps().steps().get(0);
        for (String hash : List.of(step.fromManifestSha256(), step.toManifestSha256())) {
            Files.writeString(file, good.replace(hash, "0".repeat(64)));
            assertThat(damaged(folder)).contains("changes.json has a step from " + first.dump(), hash);
        }
        Files.writeString(file, good.replaceFirst("\"unchanged\" : \\d+", "\"unchanged\" : 77"));
        assertThat(damaged(folder)).contains("another step to " + step.to());
        Files.writeString(file, good);
        Folders.remove(root.resolve(first.dump()));
        Spillway.run("verify", folder).succeeded();
    }

    /** What verify reports of a dataset whose list is wrong and whose newest dump is intact. */
    private static String damaged(String folder) {
        var run = Spillway.run("verify", folder);
        assertThat(run.exitCode()).isEqualTo(30);
        assertThat(run.err()).doesNotContain("internal");
        return run.err();
    }

    @Test
    void freshAndVerifyReportAListThatLeadsOutOfTheFolder() throws Exception {
        next();
        Manifest second = next();
        Path file = root.resolve("journals/changes.json");
        String good = Files.readString(file);
        String date = second.dump().substring(second.dump().indexOf('/') + 1);
        try (WebServer server = WebServer.serving(root)) {
            for (String elsewhere : List.of("..", "https://elsewhere.example", "//elsewhere.example", "%2e%2e")) {
                Files.writeString(file, good.replace("\"" + date + "/", "\"" + elsewhere + "/"));
                assertThat(fresh(server).findings())
                        .singleElement()
                        .satisfies(
                                each -> assertThat(each.what()).contains("is not a list of changes: not the name of"));
                assertThat(damaged(root.resolve("journals").toString()))
                        .contains("is not a list of changes: not the name of");
            }
        }
    }

    private static List<String> lines(Path folder, String glob) throws Exception {
        List<String> lines = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            for (Path file : files) {
                try (var in = Compression.parse("gzip", null).decompress(Files.newInputStream(file))) {
                    lines.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
                }
            }
        }
        return lines;
    }

    @Test
    void eachStepIsListedWithTheManifestsOfBothItsDumps() throws Exception {
        for (int i = 0; i < 4; i++) {
            next();
        }
        ChangeSteps steps = steps();
        assertThat(arrows(steps)).containsExactly("1>2", "2>3", "3>4");
        assertThat(steps.breaks()).singleElement().satisfies(each -> {
            assertThat(hour(each.dump())).isEqualTo("1");
            assertThat(each.reason()).contains("first");
        });
        for (int i = 1; i < 3; i++) {
            assertThat(steps.steps().get(i).fromManifestSha256())
                    .isEqualTo(steps.steps().get(i - 1).toManifestSha256());
        }
        Files.delete(root.resolve("journals/changes.json"));
        site(writer -> writer.rebuild(Set.of("journals")));
        assertThat(steps()).isEqualTo(steps);
        assertThat(Files.readString(root.resolve("journals/latest.json"))).contains("\"changes\" : \"changes.json\"");
    }

    @Test
    void aWithdrawnDumpBreaksTheChainAndItsKeysAreGone() throws Exception {
        next();
        Manifest bad = next();
        Manifest after = next();
        assertThat(Files.exists(changeFile(after, Changes.Kind.DELETED))).isTrue();
        withdraw(bad);
        assertThat(arrows(steps())).isEmpty();
        assertThat(steps().breaks())
                .anyMatch(each ->
                        each.dump().equals(after.dump()) && each.reason().contains("withdrawn"));
        for (Changes.File file : after.changes().files()) {
            assertThat(root.resolve(after.dump()).resolve(file.name())).doesNotExist();
        }
        assertThat(SyntheticExport.verify(root, after.dump())).isEqualTo(after);
        Manifest later = next();
        assertThat(arrows(steps())).containsExactly("3>4");
        assertThat(later.changes().from().dump()).isEqualTo(after.dump());
        assertThat(bytes()).doesNotContain("gone2");
    }

    @Test
    void afterTheNewestDumpIsWithdrawnTheChainLeadsOnFromTheOneBefore() throws Exception {
        Manifest first = next();
        next();
        withdraw(next());
        assertThat(kept()).isEmpty();
        Manifest later = next();
        assertThat(arrows(steps())).containsExactly("1>2", "2>4");
        assertThat(first.changes().from()).isNull();
        assertThat(bytes()).doesNotContain("gone3").contains("gone4");
        assertThat(later.changes().counts()).isEqualTo(new Changes.Counts(3, 1, 1, 3));
    }

    private List<String> kept() throws Exception {
        return SyntheticExport.tree(root).stream()
                .filter(name -> name.contains(".spillway.changes"))
                .toList();
    }

    /** All files, those with changes decompressed. */
    private String bytes() throws Exception {
        StringBuilder all = new StringBuilder();
        for (String name : SyntheticExport.tree(root)) {
            Path file = root.resolve(name);
            if (Files.isRegularFile(file) && name.endsWith(".gz")) {
                try (var in = Compression.parse("gzip", null).decompress(Files.newInputStream(file))) {
                    all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            } else if (Files.isRegularFile(file)) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    private Path changeFile(Manifest manifest, Changes.Kind kind) {
        return manifest.changes().files().stream()
                .filter(file -> file.kind() == kind)
                .map(file -> root.resolve(manifest.dump()).resolve(file.name()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void retentionLeavesOnlyStepsWhoseFilesExist() throws Exception {
        for (int i = 0; i < 4; i++) {
            next();
        }
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            new Pruner(
                            directory,
                            "journals",
                            Clock.offset(Clock.systemUTC(), Duration.ofDays(400)),
                            new DirectoryMemory(directory))
                    .prune(
                            new Pruner.Keep(new Retention(2, 0, 0, 0, 0), Duration.ZERO),
                            false,
                            () -> writer(directory).publish("journals"));
        }
        assertThat(arrows(steps())).containsExactly("2>3", "3>4");
        assertThat(steps().breaks())
                .singleElement()
                .satisfies(each -> assertThat(hour(each.dump())).isEqualTo("2"));
        next();
        assertThat(arrows(steps())).containsExactly("2>3", "3>4", "4>5");
    }

    @Test
    void theRecipesInTheReadmeGiveTheLinesOfTheDump() throws Exception {
        next();
        Manifest manifest = next();
        String readme = Files.readString(root.resolve(manifest.dump()).resolve("README.md"));
        Path folder = root.resolve("journals");
        List<String> expected = world.values().stream().sorted().toList();

        String shell = between(readme, "in bash:\n\n```sh\n");
        Files.writeString(root.resolve("apply.sh"), "set -e -o pipefail\n" + shell);
        Tool.require("jq", "jq");
        Tool.Result result = Tool.run(folder, "bash", "../apply.sh");
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(Files.readAllLines(folder.resolve("new.jsonl")).stream().sorted())
                .isEqualTo(expected);

        Files.delete(folder.resolve("new.jsonl"));
        String sql = between(readme, "```sql\n").replace("lines('", "lines('" + folder + "/");
        DuckDb.run(sql.replace("'new.jsonl'", "'" + folder + "/new.jsonl'"));
        assertThat(Files.readAllLines(folder.resolve("new.jsonl")).stream().sorted())
                .isEqualTo(expected);
    }

    private static String between(String readme, String begin) {
        int from = readme.indexOf(begin) + begin.length();
        assertThat(from).isGreaterThan(begin.length());
        return readme.substring(from, readme.indexOf("```", from));
    }

    @Test
    void digestsOfAnotherDumpStayWhenADumpIsWithdrawn() throws Exception {
        next();
        Manifest newest = next();
        KeptDigests kept = new KeptDigests(root.resolve("journals"));
        kept.forget("journals/2020-01-01T000000Z");
        assertThat(kept()).hasSize(2);
        kept.forget(newest.dump());
        assertThat(kept()).isEmpty();
    }

    @Test
    void aFileOfAStepThatIsMissingIsFoundByFresh() throws Exception {
        next();
        Manifest second = next();
        next();
        try (WebServer server = WebServer.serving(root)) {
            assertThat(fresh(server).findings()).isEmpty();
            Files.delete(changeFile(second, Changes.Kind.DELETED));
            assertThat(fresh(server).findings())
                    .singleElement()
                    .satisfies(each -> assertThat(each.what()).contains(".deleted.", "does not exist"));
            site(writer -> writer.publish("journals"));
            assertThat(arrows(steps())).containsExactly("2>3");
            assertThat(fresh(server).findings()).isEmpty();
        }
    }

    private static Freshness fresh(WebServer server) throws Exception {
        SiteCheck check = new SiteCheck(
                new WebFiles(new WebPatience(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        2,
                        10,
                        Duration.ofMillis(1),
                        Duration.ofMillis(4))),
                new Expectations(null, Duration.ofHours(2), 0, true, 2),
                Clock.fixed(SyntheticSource.TAKEN_AT.plus(Duration.ofDays(1)), ZoneOffset.UTC),
                new Random(1));
        Pointer pointer = check.find(server.address());
        return check.check(pointer, pointer.datasets().get(0));
    }
}
