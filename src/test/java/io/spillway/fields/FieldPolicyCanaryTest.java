package io.spillway.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.spillway.dataset.DumpId;
import io.spillway.encode.BulkLines;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.encode.Encoder;
import io.spillway.encode.JsonLines;
import io.spillway.encode.PartPlace;
import io.spillway.encode.TarBatches;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldPolicy.Unlisted;
import io.spillway.fields.PolicyOracle.Fate;
import io.spillway.fields.PolicyOracle.Leaf;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random mappings, rules and documents: every format contains what the rules publish, and nothing else, neither values
 * nor names. {@code -Dpolicy.worlds} tries more of them.
 */
@Tag("slow")
class FieldPolicyCanaryTest {
    private static final int WORLDS = Integer.getInteger("policy.worlds", 3_000);
    private static final int DOCUMENTS = 4;
    private static final DumpId DUMP = new DumpId("records", Instant.parse("2026-11-21T03:00:00Z"));

    @TempDir
    private Path folder;

    @Test
    void inTwelveThousandDocumentsExactlyWhatTheRulesPublishIsPublished() throws Exception {
        Random seeds = new Random(20_261_129);
        Seen seen = new Seen();
        for (int i = 0; i < WORLDS; i++) {
            long seed = seeds.nextLong();
            Trial trial = new Trial(seed);
            for (int n = 0; n < DOCUMENTS && !trial.stopped; n++) {
                trial.take(trial.world.document());
            }
            trial.checkFiles();
            if (!trial.stopped) {
                trial.checkLists();
            }
            seen.add(trial);
        }
        // A test without anything to check would also pass.
        assertThat(seen.documents).isGreaterThan(WORLDS * DOCUMENTS * 5 / 6);
        assertThat(seen.published).isGreaterThan(WORLDS);
        assertThat(seen.withheld).isGreaterThan(WORLDS);
        assertThat(seen.blurred).isGreaterThan(WORLDS / 10);
        assertThat(seen.members).isGreaterThan(WORLDS / 200);
        assertThat(seen.stopped).isGreaterThan(WORLDS / 20);
    }

    /** How often something happened in all trials. */
    private static final class Seen {
        private int documents;
        private int published;
        private int withheld;
        private int blurred;
        private int members;
        private int stopped;

        void add(Trial trial) {
            documents += trial.documents;
            published += trial.published.size();
            withheld += trial.withheld;
            blurred += trial.blurred;
            members += trial.members;
            stopped += trial.stopped ? 1 : 0;
        }
    }

    /** One world, all formats of its dump, and the oracle's expectations. */
    private final class Trial {
        private final PolicyWorld world;
        private final PolicyOracle oracle;
        private final FieldPolicy policy;
        private final FieldFilter filter;
        private final List<Encoder> encoders = new ArrayList<>();
        private final ByteArrayOutputStream files = new ByteArrayOutputStream();
        private final String rules;
        /** Paths of values, null included, that are in the dump. */
        private final Set<String> published = new HashSet<>();

        private final List<String> seenDocuments = new ArrayList<>();
        private final List<String> canaries = new ArrayList<>();

        private int documents;
        private int withheld;
        private int blurred;
        private int members;
        private boolean stopped;

        Trial(long seed) throws IOException {
            world = new PolicyWorld(seed);
            oracle = world.oracle();
            policy = world.policy();
            filter = policy.filter(world.mapped, true);
            rules = "seed %d: %s of %s".formatted(seed, policy, world.mapped);
            encoders.add(new JsonLines());
            encoders.add(new BulkLines(BulkLines.Action.INDEX, 1 << 20));
            encoders.add(new TarBatches(new TarBatches.Limits(10, 1_000_000), false));
            try {
                encoders.add(new Csv(CsvColumns.fromMapping(policy.published(world.mapped)), CsvOptions.DEFAULTS));
            } catch (SpillwayException noColumns) {
                assertThat(policy.published(world.mapped)).as(rules).isEmpty();
            }
            for (Encoder encoder : encoders) {
                encoder.begin(new PartPlace(DUMP, 0, 1, folder.resolve("scratch")), files);
            }
        }

        /** Filters a document, writes it in each format, and compares it with what the oracle publishes. */
        void take(String json) throws Exception {
            String what = rules + " with " + json;
            documents++;
            seenDocuments.add(json);
            List<Leaf> all = PolicyOracle.leaves(json);
            List<Leaf> wanted = wanted(all);
            boolean undecided = world.unlisted == Unlisted.STOP
                    && all.stream().anyMatch(leaf -> !leaf.isNull() && oracle.fate(leaf.path()) == Fate.UNLISTED);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            try {
                Document kept = filter.apply(Fields.document(json));
                kept.writeSource(text);
                for (Encoder encoder : encoders) {
                    encoder.encode(kept, files);
                }
                assertThat(undecided).as(what).isFalse();
            } catch (SpillwayException e) {
                assertThat(endings(json).stream().map(oracle::fate)).as(what).contains(Fate.UNLISTED);
                assertThat(e.fault()).as(what).isEqualTo(Fault.FIELD_POLICY);
                assertThat(canaries(all, List.of()))
                        .as(what)
                        .noneMatch(canary -> (e.getMessage() + e.hint()).contains(canary));
                stopped = true;
                return;
            }
            String line = text.toString(StandardCharsets.UTF_8);
            assertThat(values(PolicyOracle.leaves(line))).as(what).isEqualTo(wanted);
            if (endings(json).stream().allMatch(path -> oracle.fate(path) == Fate.PUBLISHED)) {
                assertThat(line).as(what).isEqualTo(json);
            }
            canaries.addAll(canaries(all, wanted));
            Set<String> shown = endings(line);
            for (String path : shown) {
                // An array keeps the places of the elements beside a published one.
                if (!isNameable(path)
                        && shown.stream().noneMatch(below -> below.startsWith(path + ".") && isNameable(below))) {
                    fail("%s shows %s", what, path);
                }
                published.add(path);
            }
        }

        /** The published values, blurred if a rule says so. Null and values that cannot be blurred are absent. */
        private List<Leaf> wanted(List<Leaf> all) {
            List<Leaf> wanted = new ArrayList<>();
            for (Leaf leaf : values(all)) {
                switch (oracle.fate(leaf.path())) {
                    case PUBLISHED -> {
                        members += oracle.belongsToAValue(leaf.path()) ? 1 : 0;
                        wanted.add(leaf);
                    }
                    case BLURRED -> {
                        blurred++;
                        oracle.blurOf(leaf.path())
                                .blur(leaf.text())
                                .ifPresent(text -> wanted.add(new Leaf(leaf.path(), text, false)));
                    }
                    case WITHHELD, UNLISTED -> withheld++;
                }
            }
            return wanted;
        }

        /** Unpublished texts and numbers; each occurs in the documents once. */
        private List<String> canaries(List<Leaf> all, List<Leaf> wanted) {
            return values(all).stream()
                    .filter(leaf -> !wanted.contains(leaf))
                    .map(Leaf::text)
                    .filter(text -> text.chars().anyMatch(Character::isDigit))
                    .toList();
        }

        /** Whether the rules let a dump show this path: it is published, or is above a published path. */
        private boolean isNameable(String path) {
            Fate fate = oracle.fate(path);
            return fate == Fate.PUBLISHED
                    || fate == Fate.BLURRED
                    || (fate == Fate.UNLISTED && (oracle.isSpelledOut(path) || isAboveAMappedOne(path)));
        }

        private boolean isAboveAMappedOne(String path) {
            return world.mapped.stream()
                    .map(SourceField::path)
                    .anyMatch(field -> field.startsWith(path + ".") && isNameable(field));
        }

        /** No format or list contains a withheld value, or a name that is not on the path to a published value. */
        void checkFiles() throws IOException {
            for (Encoder encoder : encoders) {
                encoder.end(files);
                encoder.close();
            }
            String lists = stopped
                    ? ""
                    : "" + counts().published()
                            + encoders.stream().map(Encoder::leftOut).toList();
            String output = unescaped(Normalizer.normalize(
                    files.toString(StandardCharsets.UTF_8) + lists + policy.published(world.mapped),
                    Normalizer.Form.NFC));
            Set<String> nameable = new HashSet<>(published);
            world.mapped.stream()
                    .map(SourceField::path)
                    .filter(this::isNameable)
                    .forEach(nameable::add);
            for (String json : seenDocuments) {
                endings(json).stream().filter(this::isNameable).forEach(nameable::add);
            }
            Set<String> names = new HashSet<>();
            for (String path : nameable) {
                names.addAll(
                        List.of(Normalizer.normalize(path, Normalizer.Form.NFC).split("\\.", -1)));
            }
            for (String name : PolicyWorld.NAMES) {
                if (!names.contains(name)) {
                    canaries.add(name);
                }
            }
            for (String canary : canaries) {
                if (output.contains(canary)) {
                    fail("%s with %s shows %s", rules, seenDocuments, canary);
                }
            }
        }

        /** The lists of fields have every published mapped field, and the fields of all published values. */
        void checkLists() {
            List<String> byMapping = policy.published(world.mapped).stream()
                    .map(SourceField::path)
                    .toList();
            List<String> byDocuments =
                    counts().published().stream().map(PublishedField::path).toList();
            for (SourceField field : world.mapped) {
                Fate fate = oracle.fate(field.path());
                if (fate == Fate.PUBLISHED || fate == Fate.BLURRED) {
                    assertThat(byMapping).as(rules).contains(field.path());
                    assertThat(byDocuments).as(rules).contains(field.path());
                } else if (!PolicyOracle.OPEN.stream().anyMatch(field.type()::contains)) {
                    assertThat(byMapping).as(rules).doesNotContain(field.path());
                }
            }
            for (String path :
                    Stream.concat(byMapping.stream(), byDocuments.stream()).toList()) {
                if (!isNameable(path) && published.stream().noneMatch(each -> each.startsWith(path + "."))) {
                    fail("%s with %s lists %s", rules, seenDocuments, path);
                }
            }
        }

        private FieldCounts counts() {
            return Fields.counts(filter);
        }
    }

    private static List<Leaf> values(List<Leaf> leaves) {
        return leaves.stream().filter(leaf -> !leaf.isNull()).toList();
    }

    /** Paths of all values of a document, including null and empty arrays and objects. */
    private static Set<String> endings(String json) throws IOException {
        if (json.equals("{}")) {
            return Set.of();
        }
        return new HashSet<>(PolicyOracle.leaves(json.replace("{}", "null").replaceAll("\\[\\s*\\]", "null")).stream()
                .map(Leaf::path)
                .toList());
    }

    /** With every escape of a letter in a name decoded. */
    private static String unescaped(String text) {
        StringBuilder read = new StringBuilder();
        int from = 0;
        for (int at = text.indexOf("\\u00"); at >= 0; at = text.indexOf("\\u00", from)) {
            read.append(text, from, at).append((char) Integer.parseInt(text.substring(at + 2, at + 6), 16));
            from = at + 6;
        }
        return read.append(text.substring(from)).toString();
    }
}
