package io.spillway.publish;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.SchemaChanges;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A draft compared with the previous dump.
 *
 * @param schemaVersion of the draft: 1 for a first dump, one more than before if fields changed
 * @param changes       the changed fields; null if none changed, none may be named, or there is no previous dump
 * @param previous      the previous dump, or null
 * @param accepted      words of the gate's rules that the dump violates and the operator has accepted, or null if none
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
     * Compares, warns about fields that readers will miss, and checks the gate.
     *
     * @param mayName whether the field rules of this dump allow a field's name to be shown; other names are not shown
     * @throws SpillwayException if the gate refuses the dump
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
        log(draft, previous, named, unnamed);
        List<String> accepted = gate.check(draft, previous, named, unnamed).stream()
                .map(Gate.Refusal::word)
                .toList();
        // Manifests written before schema versions existed do list fields, so their dump counts as version 1.
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

    /** The same, with what the operator accepted because the previous dump was unknown. */
    Comparison accepting(List<Gate.Refusal> unseen) {
        Set<String> words = new TreeSet<>(accepted == null ? List.of() : accepted);
        unseen.forEach(refusal -> words.add(refusal.word()));
        // In the order of Gate.Refusal, as a comparison has them.
        List<String> all = Arrays.stream(Gate.Refusal.values())
                .map(Gate.Refusal::word)
                .filter(words::contains)
                .toList();
        return new Comparison(schemaVersion, changes, previous, all.isEmpty() ? null : all);
    }

    /** The paths that may be named, and those of the objects that they lie in. */
    private static List<String> nameable(List<String> paths, Predicate<String> mayName) {
        List<String> named = paths.stream().filter(mayName).toList();
        return paths.stream()
                .filter(path -> named.stream().anyMatch(each -> each.equals(path) || each.startsWith(path + ".")))
                .toList();
    }

    private static void log(Draft draft, Manifest previous, SchemaChanges changes, int unnamed) {
        if (unnamed > 0) {
            LOG.warn(
                    "fields of the previous dump are now withheld dump={} previous={} fields={}",
                    draft.dump(),
                    previous.dump(),
                    unnamed);
        }
        if (!changes.removed().isEmpty()) {
            LOG.warn(
                    "FIELDS REMOVED dump={} previous={} fields=\"{}\"",
                    draft.dump(),
                    previous.dump(),
                    Gate.some(changes.removed()));
        }
        if (!changes.changed().isEmpty()) {
            LOG.warn(
                    "FIELD TYPES CHANGED dump={} previous={} fields=\"{}\"",
                    draft.dump(),
                    previous.dump(),
                    Gate.some(changes.changed()));
        }
        if (!changes.added().isEmpty()) {
            LOG.info(
                    "fields added dump={} previous={} fields=\"{}\"",
                    draft.dump(),
                    previous.dump(),
                    Gate.some(changes.added()));
        }
    }
}
