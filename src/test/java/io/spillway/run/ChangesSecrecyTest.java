package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.site.SiteWriter;
import io.spillway.support.Spillway;
import io.spillway.support.SteppedDestination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Values that are withheld, and documents of a withdrawn dump, are in no file of changes, no log and no message. */
class ChangesSecrecyTest {
    private static final String WITHHELD = "CANARY-WITHHELD";
    private static final String WITHDRAWN = "CANARY-WITHDRAWN";

    @TempDir
    private Path folder;

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger("io.spillway");
    private final Level level = log.getLevel();
    private final List<String> messages = new ArrayList<>();
    private ChangesWorld world = new ChangesWorld(Path.of("."));

    @BeforeEach
    void logEverything() throws IOException {
        world = new ChangesWorld(Files.createDirectories(folder.resolve("home")));
        log.setLevel(Level.TRACE);
        logged.start();
        log.addAppender(logged);
    }

    @AfterEach
    void logAsBefore() {
        log.detachAppender(logged);
        log.setLevel(level);
    }

    /** The log with its stack traces, and what commands printed. */
    private String said() {
        StringBuilder all = new StringBuilder(String.join("\n", messages));
        for (ILoggingEvent event : List.copyOf(logged.list)) {
            all.append('\n').append(event.getFormattedMessage());
            if (event.getThrowableProxy() != null) {
                all.append('\n').append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }
        return all.toString();
    }

    private Spillway.Outcome run(String... command) {
        Spillway.Outcome outcome = Spillway.run(command);
        messages.add(outcome.out() + outcome.err());
        return outcome;
    }

    private Manifest export() throws Exception {
        ExportReport report = world.export();
        messages.add(report.toString());
        try (LocalDirectory home = LocalDirectory.open(world.root)) {
            writer(home).publish("journals");
        }
        return report.manifest();
    }

    private static SiteWriter writer(LocalDirectory home) {
        return new SiteWriter(home, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC());
    }

    private void withdraw(DumpId dump) {
        try (LocalDirectory home = LocalDirectory.open(world.root)) {
            DumpChanges.forget(home, dump);
            var outcome = new Withdrawals(home, false, List.of(home), "journals", Clock.systemUTC())
                    .withdraw(dump, "wrong", true, place -> writer(home).publish("journals"));
            messages.add(outcome.toString());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Exports with every kind of trouble: digests that are lost, damaged and forged, and a part that is damaged. */
    @Test
    void withheldValuesAreInNoFileNoWorkFileNoLogAndNoMessage() throws Exception {
        List<String> leftByAKill = new ArrayList<>();
        world.destination = home -> new SteppedDestination(home, (step, draft) -> {
            if (step.equals("before place")) {
                try {
                    // Recorded and sorted digests, changes and parts, as a process leaves them that is killed now.
                    leftByAKill.add(ChangesWorld.everything(world.root));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 8; i++) {
                world.put("d" + i, i == round ? round : 0, WITHHELD + round);
            }
            world.documents.remove("d" + (round + 1));
            Path records = world.hidden(".spillway.changes.digests");
            switch (round) {
                case 2 -> Files.delete(records);
                case 3 -> Files.write(records, new byte[] {1, 2, 3});
                case 4 -> Files.writeString(world.hidden(".spillway.changes.json"), "{");
                default -> assertThat(records == null).isEqualTo(round == 0);
            }
            export();
        }
        world.put("d0", 9, WITHHELD).documents.put("odd", "{\"n\":1,\"s\":\"" + WITHHELD + "\"}");
        export();
        world.documents.remove("odd");
        export();
        String site = world.root.resolve("journals").toString();
        run("verify", site).succeeded();
        Manifest first = manifests().get(0);
        run(
                "apply",
                "--from",
                world.root.resolve(first.dump()).toString(),
                "--changes",
                site,
                "--to",
                folder + "/copy");

        assertThat(leftByAKill).hasSize(7).allMatch(files -> files.contains("sorted"));
        assertThat(String.join("", leftByAKill)).doesNotContain(WITHHELD);
        assertThat(ChangesWorld.everything(folder)).contains("\"d0\"").doesNotContain(WITHHELD);
        assertThat(said()).contains("changes written", "made again", "no key").doesNotContain(WITHHELD);
    }

    private List<Manifest> manifests() throws Exception {
        List<Manifest> all = new ArrayList<>();
        try (var dumps = Files.list(world.root.resolve("journals"))) {
            for (Path dump : dumps.sorted().toList()) {
                if (Files.isRegularFile(dump.resolve("manifest.json")) && !Files.isSymbolicLink(dump)) {
                    all.add(SyntheticExport.verify(world.root, "journals/" + dump.getFileName()));
                }
            }
        }
        return all;
    }

    @Test
    void documentsOfAWithdrawnDumpAreInNoFileNoLogAndNoMessage() throws Exception {
        world.put("kept", 1, "");
        Manifest first = export();
        world.put(WITHDRAWN, 1, "").put("kept", 2, "");
        Manifest bad = export();
        world.documents.remove(WITHDRAWN);
        Manifest after = export();
        assertThat(world.lines(after, Changes.Kind.DELETED)).containsExactly("{\"key\":\"" + WITHDRAWN + "\"}");

        withdraw(bad.id());
        export();
        String site = world.root.resolve("journals").toString();
        run("verify", site).succeeded();
        for (Manifest from : List.of(first, after)) {
            run(
                    "apply",
                    "--from",
                    world.root.resolve(from.dump()).toString(),
                    "--changes",
                    site,
                    "--to",
                    folder + "/c");
        }

        assertThat(ChangesWorld.everything(world.root)).contains("kept").doesNotContain(WITHDRAWN);
        assertThat(said()).contains("changes written", "withdrawn").doesNotContain(WITHDRAWN);
    }

    /** A reader's copy of the withdrawn dump may be damaged; the message does not repeat its lines. */
    @Test
    void aMessageAboutACopyOfAWithdrawnDumpHasNoneOfItsLines() throws Exception {
        world.put("kept", 1, "").put(WITHDRAWN, 1, "");
        Manifest bad = export();
        export();
        world.key = "n";
        Path list = world.root.resolve("journals/changes.json");
        Files.writeString(list, Files.readString(list).replace("\"key\" : \"id\"", "\"key\" : \"nothing\""));
        Spillway.Outcome refused = run(
                "apply",
                "--from",
                world.root.resolve(bad.dump()).toString(),
                "--changes",
                world.root.resolve("journals").toString(),
                "--to",
                folder + "/c");
        assertThat(refused.exitCode()).isEqualTo(30);
        assertThat(said()).contains("in line 1").doesNotContain(WITHDRAWN);
    }

    @Test
    void aWithdrawalWhileChangesAreWrittenTakesEffectBeforeTheyArePublished() throws Exception {
        world.put("kept", 1, "").put(WITHDRAWN, 1, "");
        Manifest bad = export();
        world.documents.remove(WITHDRAWN);
        world.destination = home -> new SteppedDestination(home, (step, draft) -> {
            // The first question after the changes were made is whether the dump before was withdrawn.
            if (step.equals("before find") && ChangesSecrecyTest.isWritten(world.root, ".deleted.")) {
                withdraw(bad.id());
            }
        });

        Manifest next = export();

        assertThat(next.changes().newChain()).isEqualTo("the dump before was withdrawn");
        assertThat(next.files()).noneMatch(file -> file.name().contains(".deleted."));
        assertThat(SyntheticExport.verify(world.root, next.dump())).isEqualTo(next);
        assertThat(ChangesWorld.everything(world.root)).contains("kept").doesNotContain(WITHDRAWN);
        world.destination = home -> home;
        assertThat(export().changes().counts()).isEqualTo(new Changes.Counts(0, 0, 0, 1));
        assertThat(said()).doesNotContain(WITHDRAWN);
    }

    @Test
    void digestsOfADumpThatAnotherMachineWithdrewAreRemovedByTheNextUpkeep() throws Exception {
        PublishedWorld here = new PublishedWorld(Files.createDirectories(folder.resolve("here")));
        here.keys = "changes: {key: id}\n";
        DumpId bad = here.export().manifest().id();
        assertThat(digests(here)).hasSize(2);
        try (Destinations there = new Destinations(
                LocalDirectory.open(folder.resolve("there")),
                true,
                List.of(here.first, here.second),
                Configuration.digest(here.schedule()))) {
            there.withdrawals("journals").withdraw(bad, "wrong", true, place -> {});
        }
        assertThat(digests(here)).hasSize(2);

        here.resume();

        assertThat(digests(here)).isEmpty();
        DumpId next = here.export().manifest().id();
        here.resume();
        assertThat(digests(here)).hasSize(2).anyMatch(name -> name.endsWith(next.stamp()));
    }

    private static List<String> digests(PublishedWorld world) throws IOException {
        return SyntheticExport.tree(world.root).stream()
                .filter(name -> name.contains(".spillway.changes."))
                .toList();
    }

    private static boolean isWritten(Path root, String part) {
        try {
            return SyntheticExport.tree(root).stream().anyMatch(name -> name.contains(part));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
