package io.spillway.publish;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.SchemaChanges;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A draft beside the dump before it.
 *
 * @param schemaVersion the draft's: 1 for a first dump, and one more than before where fields moved
 * @param changes       which ones, or null where none did, none may be named, or nothing was there before
 * @param previous      the dump before, or null
 * @param accepted      what the gate would have refused, by its words, or null where there was nothing
 */
record Comparison(
        int schemaVersion,
        @Nullable SchemaChanges changes,
        Manifest.@Nullable Previous previous,
        @Nullable List<String> accepted) {
    private static final Logger LOG = LoggerFactory.getLogger(Comparison.class);
    private static final SchemaChanges NONE = new SchemaChanges(List.of(), List.of(), List.of());
    private static final Comparison FIRST = new Comparison(1, null, null, null);

    /**
     * Compares, warns of fields that readers will miss, and asks the gate.
     *
     * @param mayName whether the rules of this dump let it show a field's name; other names appear nowhere
     * @throws SpillwayException the gate refuses
     */
    static Comparison of(Draft draft, Optional<Manifest> before, Gate gate, Predicate<String> mayName)
            throws SpillwayException {
        if (before.isEmpty()) {
            return FIRST;
        }
        Manifest previous = before.get();
        SchemaChanges all = SchemaChanges.between(previous.source().fields(), draft.manifestFields())
                .orElse(NONE);
        SchemaChanges named = new SchemaChanges(all.added(), nameable(all.removed(), mayName), all.changed());
        int unnamed = all.removed().size() - named.removed().size();
        say(draft, previous, named, unnamed);
        List<String> accepted = gate.check(draft, previous, named, unnamed).stream()
                .map(Gate.Refusal::word)
                .toList();
        // Manifests of versions that did not count have the fields, so that their dump stands for the first.
        int version = previous.schemaVersion() == null ? 1 : previous.schemaVersion();
        return new Comparison(
                all.equals(NONE) ? version : version + 1,
                named.equals(NONE) ? null : named,
                new Manifest.Previous(
                        previous.dump(),
                        previous.documents(),
                        previous.bytes(),
                        draft.documents() - previous.documents(),
                        draft.bytes() - previous.bytes()),
                accepted.isEmpty() ? null : accepted);
    }

    /** The paths that may be named, and those of the objects that they lie in. */
    private static List<String> nameable(List<String> paths, Predicate<String> mayName) {
        List<String> named = paths.stream().filter(mayName).toList();
        return paths.stream()
                .filter(path -> named.stream().anyMatch(each -> each.equals(path) || each.startsWith(path + ".")))
                .toList();
    }

    private static void say(Draft draft, Manifest previous, SchemaChanges changes, int unnamed) {
        if (unnamed > 0) {
            LOG.warn(
                    "fields of the previous dump are withheld now dump={} previous={} fields={}",
                    draft.dump(),
                    previous.dump(),
                    unnamed);
        }
        if (!changes.removed().isEmpty()) {
            LOG.warn(
                    "FIELDS ARE GONE dump={} previous={} fields=\"{}\"",
                    draft.dump(),
                    previous.dump(),
                    Gate.some(changes.removed()));
        }
        if (!changes.changed().isEmpty()) {
            LOG.warn(
                    "FIELDS ARE OF ANOTHER TYPE dump={} previous={} fields=\"{}\"",
                    draft.dump(),
                    previous.dump(),
                    Gate.some(changes.changed()));
        }
        if (!changes.added().isEmpty()) {
            LOG.info(
                    "fields are new dump={} previous={} fields=\"{}\"",
                    draft.dump(),
                    previous.dump(),
                    Gate.some(changes.added()));
        }
    }
}
