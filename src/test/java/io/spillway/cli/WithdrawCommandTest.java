package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Withdrawals;
import io.spillway.destination.Destination;
import io.spillway.destination.FolderLinks;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.SpillwayException;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import io.spillway.support.SteppedDestination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What readers see while a dump is withdrawn, between any two steps, and after the process dies in the middle. */
@Timeout(120)
@Tag("slow")
class WithdrawCommandTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-22T00:00:00Z"), ZoneOffset.UTC);
    private static final DumpId OLD = new DumpId("journals", Instant.parse("2026-11-14T03:00:00Z"));
    private static final DumpId NEW = new DumpId("journals", Instant.parse("2026-11-21T03:00:00Z"));

    @TempDir
    private Path root;

    private final PublishedDumps dumps = new PublishedDumps();
    private LocalDirectory directory;

    @BeforeEach
    void publish() throws Exception {
        directory = LocalDirectory.open(root);
        dumps.publish(root, "articles", OLD.instant(), 3);
        dumps.publish(root, "journals", NEW.instant(), 3);
        point(directory, "articles");
        point(directory, "journals");
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static void point(Destination destination, String dataset) throws Exception {
        new SiteWriter(destination, List.of(), SiteWriter.Turns.NONE, NOW).publish(dataset);
    }

    /** A directory with links. A reader looks at it before each change, when the previous one is complete. */
    private final class Observed extends SteppedDestination implements FolderLinks {
        private final Runnable look;

        Observed(Runnable look) {
            super(directory, (step, folder) -> {
                if (step.equals("before begin") || step.equals("before delete")) {
                    look.run();
                }
            });
            this.look = look;
        }

        @Override
        public boolean link(ObjectKey name, ObjectKey folder) throws SpillwayException {
            look.run();
            return directory.link(name, folder);
        }

        @Override
        public void unlink(ObjectKey name) throws SpillwayException {
            look.run();
            directory.unlink(name);
        }

        @Override
        public boolean mayTake(ObjectKey name, boolean link) throws SpillwayException {
            return directory.mayTake(name, link);
        }
    }

    private List<String> withdraw(Destination place, boolean delete) throws Exception {
        return new Withdrawals(place, false, List.of(), "journals", NOW)
                .withdraw(NEW, "it was wrong", delete, WithdrawCommandTest::point).withdrawn().stream()
                        .map(Destination::name)
                        .toList();
    }

    private static void point(Destination place) throws SpillwayException, InterruptedException {
        new SiteWriter(place, List.of(), SiteWriter.Turns.NONE, NOW).publish("journals");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyLinkHoldsBetweenAnyTwoSteps(boolean anotherIsLeft) throws Exception {
        publishOld(anotherIsLeft);
        int[] looks = {0};
        assertThat(withdraw(
                        new Observed(() -> {
                            looks[0]++;
                            assertEveryLinkHolds();
                        }),
                        true))
                .containsExactly(root.toString());
        assertThat(looks[0]).isGreaterThan(12);
        assertGone(anotherIsLeft);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNextCallRecoversFromADeathAtAnyStep(boolean anotherIsLeft) throws Exception {
        for (int dieAt = 1; ; dieAt++) {
            publishOld(anotherIsLeft);
            int[] left = {dieAt};
            Throwable thrown = catchThrowable(() -> withdraw(
                    new Observed(() -> {
                        if (--left[0] == 0) {
                            throw new IllegalStateException("killed");
                        }
                    }),
                    false));
            assertEveryLinkHolds();
            withdraw(directory, false);
            assertGone(anotherIsLeft);
            if (thrown == null) {
                assertThat(dieAt).isGreaterThan(12);
                return;
            }
            assertThat(thrown).hasMessage("killed");
            Files.delete(root.resolve(NEW.toString()).resolve("withdrawn.json"));
            dumps.publish(root, "journals", NEW.instant(), 3);
            point(directory, "journals");
        }
    }

    private void publishOld(boolean another) throws Exception {
        if (another && !Files.exists(root.resolve(OLD.toString()))) {
            dumps.publish(root, "journals", OLD.instant(), 3);
            point(directory, "journals");
        }
    }

    private void assertGone(boolean anotherIsLeft) throws IOException {
        assertThat(root.resolve(NEW.toString()).resolve("manifest.json")).doesNotExist();
        assertThat(root.resolve(NEW.toString()).resolve("withdrawn.json"))
                .content()
                .contains("it was wrong");
        Path latest = root.resolve("journals/latest");
        if (anotherIsLeft) {
            assertThat(Files.readSymbolicLink(latest)).hasToString(OLD.stamp());
            assertThat(Files.readString(root.resolve("journals/index.html")))
                    .contains("The dump of 2026-11-21T030000Z was withdrawn on 22 November 2026: it was wrong");
        } else {
            assertThat(Files.exists(latest, LinkOption.NOFOLLOW_LINKS)).isFalse();
            assertThat(root.resolve("journals/latest.json")).doesNotExist();
            assertThat(root.resolve("journals/index.html")).doesNotExist();
        }
        assertThat(JSON.readTree(root.resolve("links.json").toFile()).path("datasets"))
                .hasSize(anotherIsLeft ? 2 : 1);
        assertEveryLinkHolds();
    }

    private void assertEveryLinkHolds() {
        try {
            JsonNode links = JSON.readTree(root.resolve("links.json").toFile());
            List<Path> listed = new ArrayList<>();
            for (JsonNode dataset : links.path("datasets")) {
                assertHolds(dataset, root);
                listed.add(root.resolve(dataset.path("dataset").textValue()));
            }
            for (String name : List.of("articles", "journals")) {
                Path latest = root.resolve(name).resolve("latest.json");
                if (Files.exists(latest)) {
                    assertHolds(JSON.readTree(latest.toFile()), latest.getParent());
                }
                Path link = root.resolve(name).resolve("latest");
                if (Files.isSymbolicLink(link)) {
                    assertThat(link.resolve("manifest.json")).exists();
                }
            }
            try (Stream<Path> pages = Files.walk(root)) {
                for (Path page : pages.filter(path -> path.toString().matches(".*(html|atom)"))
                        .toList()) {
                    // The pages of an unlisted dataset are removed one after the other, and link to each other until
                    // then.
                    if (page.getParent().equals(root) || listed.contains(page.getParent())) {
                        assertHolds(page);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertHolds(JsonNode dataset, Path from) {
        List<JsonNode> addresses = new ArrayList<>(List.of(
                dataset.path("manifest"), dataset.path("checksums"), dataset.path("page"), dataset.path("address")));
        dataset.path("files").forEach(file -> addresses.add(file.path("address")));
        for (JsonNode address : addresses) {
            assertThat(from.resolve(address.textValue())).exists();
        }
    }

    private static void assertHolds(Path page) throws IOException {
        Matcher link = Pattern.compile("href=\"([^\"#:]+)\"").matcher(Files.readString(page));
        while (link.find()) {
            assertThat(page.resolveSibling(link.group(1))).exists();
        }
    }

    @Test
    void anotherPlaceIsUpdatedBeforeTheFirstOneLosesTheDump(@TempDir Path elsewhere) throws Exception {
        publishOld(true);
        dumps.publish(elsewhere, "journals", NEW.instant(), 3);
        List<String> order = new ArrayList<>();
        try (LocalDirectory other = LocalDirectory.open(elsewhere)) {
            new Withdrawals(directory, false, List.of(other), "journals", NOW)
                    .withdraw(
                            NEW,
                            "it was wrong",
                            false,
                            place -> order.add(withManifest(root, elsewhere) + " of 2 while pointers move"));
        }
        order.add(withManifest(root, elsewhere) + " afterwards");
        assertThat(order).containsExactly("2 of 2 while pointers move", "2 of 2 while pointers move", "0 afterwards");
    }

    private static long withManifest(Path... roots) {
        return Stream.of(roots)
                .filter(each -> Files.exists(each.resolve(NEW.toString()).resolve("manifest.json")))
                .count();
    }

    private String schedule() throws IOException {
        return Files.writeString(root.resolve("journals.yaml"), """
                dataset: journals
                source: {elasticsearch: "http://localhost:1", index: i}
                destinations: [{directory: "%s"}]
                """.formatted(root))
                .toString();
    }

    @Test
    void listAndShowPrintTheReason() throws Exception {
        publishOld(true);
        String schedule = schedule();
        assertThat(Spillway.run("withdraw", schedule, NEW.stamp(), "--reason", "it was\u001B[31m wrong")
                        .exitCode())
                .isZero();
        String shown = "2026-11-21T030000Z: withdrawn 20";
        assertThat(Spillway.run("list", root.toString()).out()).contains("journals/" + shown, "Z: it was [31m wrong");
        assertThat(Spillway.run("show", root.resolve("journals").toString()).out())
                .contains("  " + shown, "2026-11-14T030000Z  6 documents");
        assertThat(Spillway.run("show", root.resolve(NEW.toString()).toString()).out())
                .contains(shown);
    }

    @Test
    void theReasonIsPrintedIfNoDumpIsLeft() throws Exception {
        Spillway.run("withdraw", schedule(), NEW.stamp(), "--reason", "it was wrong");
        assertThat(Spillway.run("show", root.resolve("journals").toString()).out())
                .contains("journals: no dump", "withdrawn", "it was wrong");
    }

    @Test
    void jsonIncludesTheReason() throws Exception {
        publishOld(true);
        Spillway.run("withdraw", schedule(), NEW.stamp(), "--reason", "it was wrong");
        List<String> lines =
                Spillway.run("list", root.toString(), "--json").out().lines().toList();
        JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
        assertThat(last.path("type").textValue()).isEqualTo("withdrawn");
        assertThat(last.at("/withdrawal/reason").textValue()).isEqualTo("it was wrong");
    }

    @Test
    void theLastGoodDumpIsNotTheWithdrawnOne() throws Exception {
        publishOld(true);
        Files.writeString(root.resolve("journals/status.json"), """
                {"dataset": "journals",
                 "last_attempt": {"at": "2026-11-21T04:00:00Z", "outcome": "published", "exit_code": 0},
                 "last_good": {"dump": "%s", "taken_at": "2026-11-21T03:00:00Z", "documents": 6, "bytes": 1}}
                """.formatted(NEW));
        Spillway.run("withdraw", schedule(), NEW.stamp(), "--reason", "it was wrong");
        JsonNode status = JSON.readTree(root.resolve("journals/status.json").toFile());
        assertThat(status.at("/last_good/dump").textValue()).isEqualTo(OLD.toString());
        assertThat(status.at("/last_attempt/outcome").textValue()).isEqualTo("published");
    }
}
