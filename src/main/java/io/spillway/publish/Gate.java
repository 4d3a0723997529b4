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
 * Refuses a dump that is probably a mistake, because it has much less than the previous one: fewer documents or bytes
 * than allowed, a common field that is now in no document, or missing fields. A refusal fails the run and reports all
 * numbers. It is never a silent skip, which would leave readers with stale data without warning. Immutable.
 */
public final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /**
     * A field in at least half of the documents is one that readers rely on. A rarer field can disappear with the few
     * documents that had it.
     */
    private static final long COMMON_IS_ONE_IN = 2;
    /** More names would hide the numbers in a message. */
    private static final int NAMED = 10;

    private final Rules rules;

    /** Creates a gate with these rules. */
    public Gate(Rules rules) {
        this.rules = rules;
    }

    /** What the gate can refuse and the operator can accept. */
    public enum Refusal {
        /** Fewer documents or bytes, or a common field that is now in no document. */
        SHRINK("shrink"),
        /** A published field was removed or changed its type. */
        SCHEMA("schema");

        private final String word;

        Refusal(String word) {
            this.word = word;
        }

        /** The word used in manifests and after {@code --accept-}. */
        public String word() {
            return word;
        }
    }

    /**
     * The rules.
     *
     * @param shrink      the largest accepted decrease of documents, and of bytes, from one dump to the next
     * @param schemaStops whether removed fields and changed types refuse a dump; otherwise they are only logged
     * @param accepted    refusals that are accepted for this run
     */
    public record Rules(Percent shrink, boolean schemaStops, Set<Refusal> accepted) {
        /** The defaults of a schedule: 5 %, warnings for fields, nothing accepted. */
        public static final Rules DEFAULT = new Rules(Percent.parse("5%"), false, Set.of());

        /** Makes a defensive copy. */
        public Rules {
            accepted = Set.copyOf(accepted);
        }
    }

    /**
     * Makes sure that the previous dump is known, without which nothing can be compared.
     *
     * @param blind why it may be unknown, for people; empty if it is known
     * @return what the operator accepted in place of the comparison; empty if the previous dump is known
     * @throws SpillwayException as {@link Fault#GATE}: it is unknown, and the operator has not accepted that
     */
    List<Refusal> requireSight(DumpId next, List<String> blind) throws SpillwayException {
        if (blind.isEmpty()) {
            return List.of();
        }
        Set<Refusal> needed = rules.schemaStops() ? EnumSet.allOf(Refusal.class) : EnumSet.of(Refusal.SHRINK);
        if (!rules.accepted().containsAll(needed)) {
            throw new SpillwayException(
                    Fault.GATE,
                    "%s is not published, because the previous dump cannot be read and nothing can be compared: %s"
                            .formatted(next, some(blind)),
                    "restore that dump, withdraw it, or wait until its destination answers; if the new dump is right,"
                            + " re-run once with "
                            + needed.stream()
                                    .map(refusal -> "--accept-" + refusal.word())
                                    .collect(Collectors.joining(" ")));
        }
        LOG.warn("published without a comparison dump={} reasons=\"{}\"", next, some(blind));
        return List.copyOf(needed);
    }

    /**
     * Checks the number of documents alone, which is known before any of them is read.
     *
     * @throws SpillwayException {@link Fault#GATE} if there are too few
     */
    void checkCount(Manifest previous, long documents) throws SpillwayException {
        Map<Refusal, List<String>> found = new EnumMap<>(Refusal.class);
        addFall(found, "documents", previous.documents(), documents);
        if (!rules.accepted().contains(Refusal.SHRINK)) {
            refuse("a new dump of " + previous.dataset(), previous, found);
        }
    }

    /**
     * Checks a finished draft.
     *
     * @param changes the difference between its fields and the previous ones
     * @param unnamed number of further removed fields, whose names must not be shown
     * @return accepted violations, in the order of {@link Refusal}
     * @throws SpillwayException {@link Fault#GATE}, with all violations that are not accepted
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
                "accepted by --accept-{} dump={} previous={} reasons=\"{}\"",
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
                    "%s fell from %d to %d, by %s%%; gate.shrink allows %s"
                            .formatted(what, before, now, percent(before - now, before), rules.shrink()));
        }
    }

    /** Fields that both dumps have, but with values only in the previous one. */
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
                                ? "1 field of that dump is now withheld"
                                : unnamed + " fields of that dump are now withheld");
            }
            changes.removed().forEach(path -> add(found, Refusal.SCHEMA, "field " + path + " was removed"));
            changes.changed().forEach(change -> add(found, Refusal.SCHEMA, "field " + change + " changed its type"));
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
                "%s was not published, compared with %s: %s".formatted(what, previous.dump(), some(reasons)),
                "the previous dump stays public; if the change is right, re-run once with " + flags);
    }

    /** The first few, and the number of others. */
    static String some(Collection<?> all) {
        Stream<String> first = all.stream().limit(NAMED).map(Object::toString);
        Stream<String> more = all.size() > NAMED ? Stream.of("and " + (all.size() - NAMED) + " more") : Stream.of();
        return Stream.concat(first, more).collect(Collectors.joining("; "));
    }

    /** Rounded up, so that a decrease above the limit never reads as if it were within the limit. */
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
