package io.spillway.publish;

import io.spillway.config.Percent;
import io.spillway.dataset.DumpId;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.SchemaChanges;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses a dump that is so much less than the one before that it is rather a mistake: fewer documents or bytes than
 * allowed, a field that nearly everybody had and nobody has now, fields that are gone. A refusal is a failed run with all
 * numbers in its message, never a quiet skip: a guard that keeps silent freezes what readers get, and nobody notices.
 * Immutable.
 */
public final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /**
     * A field in half of the documents or more is one that readers rely on. A rarer one can go with the few documents
     * that had it, which is no mistake.
     */
    private static final long COMMON_IS_ONE_IN = 2;
    /** More names in one message would hide the numbers. */
    private static final int NAMED = 10;

    private final Rules rules;

    /** A gate that keeps these rules. */
    public Gate(Rules rules) {
        this.rules = rules;
    }

    /** What the gate can refuse, and what the operator can let through. */
    public enum Refusal {
        /** Fewer documents or bytes, or a common field that is in no document any more. */
        SHRINK("shrink"),
        /** A published field that is gone, or of another type. */
        SCHEMA("schema");

        private final String word;

        Refusal(String word) {
            this.word = word;
        }

        /** The word that stands in a manifest, and behind {@code --accept-}. */
        public String word() {
            return word;
        }
    }

    /**
     * What is refused.
     *
     * @param shrink      by how much documents, and bytes, may fall from one dump to the next
     * @param schemaStops whether fields that are gone or of another type stop a dump, or only make a warning
     * @param accepted    what is let through all the same, for this run
     */
    public record Rules(Percent shrink, boolean schemaStops, Set<Refusal> accepted) {
        /** What a schedule gets that says nothing: 5 %, warnings for fields, nothing accepted. */
        public static final Rules DEFAULT = new Rules(Percent.parse("5%"), false, Set.of());

        /** Takes copies. */
        public Rules {
            accepted = Set.copyOf(accepted);
        }
    }

    /**
     * Makes sure that the dump before is known, without which nothing can be compared.
     *
     * @param blind why it may not be, for people; empty where it is
     * @throws SpillwayException as {@link Fault#GATE}: it is not, and the operator has not accepted that
     */
    void requireSight(DumpId next, List<String> blind) throws SpillwayException {
        if (blind.isEmpty()) {
            return;
        }
        Set<Refusal> needed = rules.schemaStops() ? EnumSet.allOf(Refusal.class) : EnumSet.of(Refusal.SHRINK);
        if (!rules.accepted().containsAll(needed)) {
            throw new SpillwayException(
                    Fault.GATE,
                    "%s is not published, as the dump before it cannot be read and nothing can be compared: %s"
                            .formatted(next, some(blind)),
                    "restore that dump, withdraw it, or wait until its destination answers; if the new dump is right,"
                            + " let one run through with "
                            + needed.stream()
                                    .map(refusal -> "--accept-" + refusal.word())
                                    .collect(Collectors.joining(" ")));
        }
        LOG.warn("published without the dump before it dump={} reasons=\"{}\"", next, some(blind));
    }

    /**
     * Looks at the number of documents alone, which is known before any of them is read.
     *
     * @throws SpillwayException as {@link Fault#GATE}: they have become too few
     */
    void checkCount(Manifest previous, long documents) throws SpillwayException {
        Map<Refusal, List<String>> found = new EnumMap<>(Refusal.class);
        addFall(found, "documents", previous.documents(), documents);
        if (!rules.accepted().contains(Refusal.SHRINK)) {
            refuse("a new dump of " + previous.dataset(), previous, found);
        }
    }

    /**
     * Looks at a finished draft.
     *
     * @param changes what moved between its fields and the previous ones
     * @param unnamed fields beside those that are gone too, whose names may not be shown
     * @return what would have been refused but was accepted, in the order of {@link Refusal}
     * @throws SpillwayException as {@link Fault#GATE}, with everything that is not accepted
     */
    List<Refusal> check(Draft draft, Manifest previous, SchemaChanges changes, int unnamed) throws SpillwayException {
        Map<Refusal, List<String>> found = new EnumMap<>(Refusal.class);
        addFall(found, "documents", previous.documents(), draft.documents());
        Bytes bytes = Bytes.comparable(previous, draft);
        addFall(found, "bytes", bytes.before(), bytes.now());
        addEmptied(found, draft, previous);
        addMoved(found, changes, unnamed);
        if (!rules.accepted().containsAll(found.keySet())) {
            found.keySet().removeAll(rules.accepted());
            refuse(draft.dump().toString(), previous, found);
        }
        found.forEach((refusal, reasons) -> LOG.warn(
                "let through by --accept-{} dump={} previous={} reasons=\"{}\"",
                refusal.word(),
                draft.dump(),
                previous.dump(),
                some(reasons)));
        return List.copyOf(found.keySet());
    }

    private void addFall(Map<Refusal, List<String>> found, String what, long before, long now) {
        if (rules.shrink().isExceededBy(before - now, before)) {
            add(
                    found,
                    Refusal.SHRINK,
                    "%s fell from %d to %d, by %s%%, and gate.shrink allows %s"
                            .formatted(what, before, now, percent(before - now, before), rules.shrink()));
        }
    }

    /** Fields that stand in both dumps, but with something in them only in the previous one. */
    private static void addEmptied(Map<Refusal, List<String>> found, Draft draft, Manifest previous) {
        Map<String, Long> now = new TreeMap<>();
        draft.fields().forEach(field -> now.put(field.path(), field.documents()));
        for (Manifest.Field field : previous.source().fields()) {
            Long before = field.documents();
            boolean common = before != null && before > 0 && before >= divideUp(previous.documents(), COMMON_IS_ONE_IN);
            if (draft.documents() > 0 && common && Long.valueOf(0).equals(now.get(field.path()))) {
                add(
                        found,
                        Refusal.SHRINK,
                        "field %s was in %d of %d documents and is in none"
                                .formatted(field.path(), before, previous.documents()));
            }
        }
    }

    private void addMoved(Map<Refusal, List<String>> found, SchemaChanges changes, int unnamed) {
        if (rules.schemaStops()) {
            if (unnamed > 0) {
                add(
                        found,
                        Refusal.SCHEMA,
                        unnamed == 1
                                ? "1 field of that dump is withheld now"
                                : unnamed + " fields of that dump are withheld now");
            }
            changes.removed().forEach(path -> add(found, Refusal.SCHEMA, "field " + path + " is gone"));
            changes.changed().forEach(change -> add(found, Refusal.SCHEMA, "field " + change + " is of another type"));
        }
    }

    private static void add(Map<Refusal, List<String>> found, Refusal refusal, String reason) {
        found.computeIfAbsent(refusal, unused -> new ArrayList<>()).add(reason);
    }

    private static void refuse(String what, Manifest previous, Map<Refusal, List<String>> found)
            throws SpillwayException {
        if (found.isEmpty()) {
            return;
        }
        String flags = found.keySet().stream()
                .map(refusal -> "--accept-" + refusal.word())
                .collect(Collectors.joining(" "));
        List<String> reasons = found.values().stream().flatMap(List::stream).toList();
        throw new SpillwayException(
                Fault.GATE,
                "%s is not published, compared with %s: %s".formatted(what, previous.dump(), some(reasons)),
                "the old dump stays as it is; if this is right, let one run through with " + flags);
    }

    /** The first few, and how many there are beside them. */
    static String some(Collection<?> all) {
        Stream<String> first = all.stream().limit(NAMED).map(Object::toString);
        Stream<String> more = all.size() > NAMED ? Stream.of("and " + (all.size() - NAMED) + " more") : Stream.of();
        return Stream.concat(first, more).collect(Collectors.joining("; "));
    }

    /** Rounded up, so that a fall that is over its limit never reads as if it were not. */
    private static String percent(long part, long whole) {
        return BigDecimal.valueOf(part)
                .multiply(BigDecimal.valueOf(100))
                .divide(BigDecimal.valueOf(whole), 2, RoundingMode.UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static long divideUp(long number, long by) {
        return number / by + (number % by == 0 ? 0 : 1);
    }
}
