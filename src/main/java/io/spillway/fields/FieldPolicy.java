package io.spillway.fields;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which fields are published. Immutable.
 *
 * <p>There are three kinds of rules, whose order does not matter: a field named by {@code exclude} is withheld with all
 * its content, whatever the other rules are; otherwise a field named by {@code blur} is blurred; otherwise a field
 * named by {@code include} is published. A rule of {@code include} names exactly the given fields: {@code author} does
 * not include {@code author.email}, {@code author.**} does. A field that no rule names is
 * {@linkplain Unlisted undecided}.
 *
 * <p>Paths are those of documents: {@code {"a":{"b":1}}} and {@code {"a.b":1}} are both {@code a.b}, and arrays do not
 * count. The members of an object value that a mapped type defines, such as {@code lat} and {@code lon} of a
 * {@code geo_point}, belong to its field; anything else in an object has its own path, whatever the mapping.
 */
public final class FieldPolicy {
    /** Not fields, but written beside documents by some formats: rules of exclude may name them as a precaution. */
    private static final Set<String> BESIDE_DOCUMENTS = Set.of("_id", "_routing");

    private final List<FieldPattern> include;
    private final List<FieldPattern> exclude;
    private final List<BlurRule> blur;
    private final Unlisted unlisted;
    private final Positions start;

    /**
     * Creates a policy.
     *
     * @param blur if several rules name a field, the first one applies
     */
    public FieldPolicy(List<FieldPattern> include, List<FieldPattern> exclude, List<BlurRule> blur, Unlisted unlisted) {
        this.include = List.copyOf(include);
        this.exclude = List.copyOf(exclude);
        this.blur = List.copyOf(blur);
        this.unlisted = unlisted;
        this.start = new Positions(
                LiveRules.start(this.include, true),
                LiveRules.start(this.exclude, false),
                LiveRules.start(this.blur.stream().map(BlurRule::field).toList(), false));
    }

    /** The policy without rules: every field is published. */
    public static FieldPolicy publishAll() {
        return new FieldPolicy(List.of(), List.of(), List.of(), Unlisted.PUBLISH);
    }

    /** Whether there are rules. */
    public boolean hasRules() {
        return !include.isEmpty() || !exclude.isEmpty() || !blur.isEmpty();
    }

    /** The handling of fields that no rule names. */
    public Unlisted unlisted() {
        return unlisted;
    }

    /** The decision on a path; {@code UNDECIDED} if no rule names it, whatever {@link #unlisted} is. */
    public Decision decide(String path) {
        Positions at = start();
        Decision above = null;
        for (String name : path.split("\\.", -1)) {
            if (above != null) {
                // Nothing below a blurred field is published.
                return new Decision(Decision.Kind.WITHHELD, above.rule(), null);
            }
            at = at.step(name);
            Decision decision = at.decision();
            if (decision.kind() == Decision.Kind.WITHHELD) {
                return decision;
            }
            above = decision.kind() == Decision.Kind.BLURRED ? decision : null;
        }
        return at.decision();
    }

    /**
     * Whether a dump may show the name of an empty field, or of a field in earlier dumps: a rule publishes or blurs it,
     * or contains its exact name on the way to another field.
     */
    public boolean mayName(String path) {
        return FieldNode.root(this).at(path).mayShow();
    }

    /** The decisions on mapped fields, in the same order, without objects, whose mapped content decides. */
    public List<FieldDecision> decide(List<SourceField> fields) {
        Set<String> containers = new HashSet<>();
        for (SourceField field : fields) {
            for (int dot = field.path().indexOf('.');
                    dot >= 0;
                    dot = field.path().indexOf('.', dot + 1)) {
                containers.add(field.path().substring(0, dot));
            }
        }
        return fields.stream()
                .filter(field -> !containers.contains(field.path()) || !FieldTypes.isContainer(field.type()))
                .map(field -> new FieldDecision(field.path(), field.type(), decide(field)))
                .toList();
    }

    /**
     * The mapped fields that are published, blurred or not, in the same order, with the objects that contain them. An
     * open field is included if a rule contains its exact name; a pattern such as {@code **.email} names nothing in it
     * until a document has it.
     */
    public List<SourceField> published(List<SourceField> fields) {
        FieldNode root = FieldNode.tree(this, fields);
        return fields.stream()
                .filter(field -> root.at(field.path()).isPublishedByMapping())
                .toList();
    }

    /**
     * Blurred dates, as rules or mapped fields, sorted: any other data on when a document was created would undo the
     * blurring.
     */
    public List<String> blurredDates(List<SourceField> fields) {
        Stream<String> rules = blur.stream()
                .filter(rule -> Blurs.isOfDates(rule.blur()))
                .map(rule -> rule.field().toString());
        Stream<String> mapped = fields.stream()
                .filter(field ->
                        FieldTypes.isDate(field.type()) && decide(field.path()).kind() == Decision.Kind.BLURRED)
                .map(SourceField::path);
        return Stream.concat(rules, mapped).distinct().sorted().toList();
    }

    /** An open field is decided only if its possible content is decided too. */
    private Decision decide(SourceField field) {
        Decision decision = decide(field.path());
        boolean settled = decision.kind() == Decision.Kind.WITHHELD || decision.kind() == Decision.Kind.BLURRED;
        if (settled || !FieldTypes.isOpen(field.type())) {
            return decision;
        }
        Positions at = start();
        for (String name : field.path().split("\\.", -1)) {
            at = at.step(name);
        }
        if (at.includes(FieldPattern::namesAllBelow)) {
            return decision;
        }
        // Rules of exclude alone leave the rest undecided.
        boolean rulesBelow = at.includes(FieldPattern::namesSomeBelow) || at.blurs(FieldPattern::namesSomeBelow);
        return rulesBelow
                ? new Decision(Decision.Kind.PUBLISHED, field.path() + ".… as in documents", null)
                : new Decision(Decision.Kind.UNDECIDED, null, null);
    }

    /**
     * Problems between these rules and these fields, one line each; empty if there are none: undecided fields, if they
     * stop a run, and rules of exclude and blur that protect nothing. A pattern with a star may name future fields.
     */
    public List<Problem> problems(List<SourceField> fields) {
        List<Problem> problems = new ArrayList<>();
        KnownPaths known = KnownPaths.of(fields);
        if (unlisted == Unlisted.STOP) {
            for (FieldDecision field : decide(fields)) {
                if (field.decision().kind() == Decision.Kind.UNDECIDED) {
                    problems.add(undecided(field));
                }
            }
        }
        for (int i = 0; i < include.size(); i++) {
            FieldPattern rule = include.get(i);
            String above = rule.isExact() ? blurAbove(rule.toString()) : null;
            if (above != null) {
                problems.add(belowABlur(i, rule, above));
            }
        }
        for (int i = 0; i < exclude.size(); i++) {
            FieldPattern rule = exclude.get(i);
            if (namesNothing(rule, known) && !BESIDE_DOCUMENTS.contains(rule.toString())) {
                problems.add(nothing("exclude", i, rule));
            }
        }
        for (int i = 0; i < blur.size(); i++) {
            FieldPattern rule = blur.get(i).field();
            if (namesNothing(rule, known)) {
                problems.add(nothing("blur", i, rule));
            }
        }
        return problems;
    }

    /**
     * Descriptions of paths that no field has, one line each; empty if there are none. A field may be in the mapping,
     * below an open field, or in the sampled documents.
     *
     * @param paths the described paths
     * @param seen  fields found in documents
     */
    public static List<Problem> strayDescriptions(
            Collection<String> paths, List<SourceField> fields, Collection<String> seen) {
        Set<String> found = Set.copyOf(seen);
        KnownPaths known = KnownPaths.of(fields);
        return paths.stream()
                .filter(path -> !found.contains(path) && !known.has(path))
                .sorted()
                .map(path -> new Problem(
                        "/fields/descriptions/" + path.replace("~", "~0").replace("/", "~1"),
                        "\"%s\" is not a field of the mapping; correct or remove it".formatted(FieldPath.shown(path))))
                .toList();
    }

    /**
     * Fails with {@link Fault#FIELD_POLICY} and all {@link #problems} in one message.
     *
     * @param source name of the source, for the message
     */
    public void require(List<SourceField> fields, String source) throws SpillwayException {
        List<Problem> problems = problems(fields);
        if (!problems.isEmpty()) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "fields of %2$s need a decision (%1$d):\n%3$s"
                            .formatted(
                                    problems.size(),
                                    source,
                                    problems.stream().map(Problem::what).collect(Collectors.joining("\n"))),
                    "name each field in fields: include publishes it, exclude withholds it, blur makes it"
                            + " less identifying; or withhold unlisted fields with fields: {unlisted: withhold}");
        }
    }

    /** Creates a filter for documents with these fields, for one thread. */
    public FieldFilter filter(List<SourceField> fields) {
        return filter(fields, false);
    }

    /**
     * The same.
     *
     * @param examples whether it keeps a published value of each field
     */
    public FieldFilter filter(List<SourceField> fields, boolean examples) {
        return new FieldFilter(this, fields, examples);
    }

    private static Problem undecided(FieldDecision field) {
        boolean open = FieldTypes.isOpen(field.type());
        return new Problem(
                "/fields/include",
                "no rule names field \"%s\" (%s); add  %s  to include, or  %s  to exclude"
                        .formatted(
                                FieldPath.shown(field.path()),
                                field.type(),
                                FieldPath.asEntry(field.path() + (open ? ".**" : "")),
                                FieldPath.asEntry(field.path())));
    }

    private static Problem nothing(String list, int index, FieldPattern rule) {
        return new Problem(
                "/fields/" + list + "/" + index,
                ("rule \"%s\" of %s does not match the mapping; correct it, or use a star if the field may"
                                + " be added later, or is only in documents")
                        .formatted(FieldPath.shown(rule.toString()), list));
    }

    private static boolean namesNothing(FieldPattern rule, KnownPaths known) {
        return rule.isExact() && !known.has(rule.toString());
    }

    /**
     * The paths of a mapping, composed.
     *
     * @param paths of the fields and of everything above them
     * @param open  of the fields whose values may contain others
     */
    private record KnownPaths(Set<String> paths, Set<String> open) {
        static KnownPaths of(List<SourceField> fields) {
            Set<String> paths = new HashSet<>();
            Set<String> open = new HashSet<>();
            for (SourceField field : fields) {
                String path = FieldPattern.composed(field.path());
                paths.add(path);
                for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                    paths.add(path.substring(0, dot));
                }
                if (FieldTypes.mayHaveMembers(field.type())) {
                    open.add(path);
                }
            }
            return new KnownPaths(paths, open);
        }

        /**
         * Whether the mapping has this field, fields below it, or a field whose values may contain it, in either encoding
         * of letters with accents.
         */
        boolean has(String wanted) {
            String path = FieldPattern.composed(wanted);
            if (paths.contains(path)) {
                return true;
            }
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                if (open.contains(path.substring(0, dot))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The rule that blurs a field above this one, so that nothing of this one is published; or null. */
    private @Nullable String blurAbove(String path) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            Decision above = decide(path.substring(0, dot));
            if (above.kind() == Decision.Kind.BLURRED) {
                return above.rule();
            }
        }
        return null;
    }

    private static Problem belowABlur(int index, FieldPattern rule, String blurred) {
        return new Problem(
                "/fields/include/" + index,
                ("rule \"%s\" of include has no effect, because rule \"%s\" blurs the field that contains it; remove one of"
                                + " the two")
                        .formatted(FieldPath.shown(rule.toString()), FieldPath.shown(blurred)));
    }

    Positions start() {
        return start;
    }

    /** The rules that may still name something, along a path. */
    final class Positions {
        private final LiveRules includes;
        private final LiveRules excludes;
        private final LiveRules blurs;

        private Positions(LiveRules includes, LiveRules excludes, LiveRules blurs) {
            this.includes = includes;
            this.excludes = excludes;
            this.blurs = blurs;
        }

        Positions step(String name) {
            return new Positions(includes.step(name), excludes.step(name), blurs.step(name));
        }

        /** The decision on the path so far, apart from decisions on the objects above it. */
        Decision decision() {
            int excluding = excludes.naming();
            if (excluding >= 0) {
                return new Decision(
                        Decision.Kind.WITHHELD, exclude.get(excluding).toString(), null);
            }
            int blurring = blurs.naming();
            if (blurring >= 0) {
                BlurRule rule = blur.get(blurring);
                return new Decision(Decision.Kind.BLURRED, rule.field().toString(), rule.blur());
            }
            int including = includes.naming();
            if (including >= 0) {
                return new Decision(
                        Decision.Kind.PUBLISHED, include.get(including).toString(), null);
            }
            return new Decision(Decision.Kind.UNDECIDED, null, null);
        }

        boolean includes(RuleTest test) {
            return includes.any(test);
        }

        boolean excludes(RuleTest test) {
            return excludes.any(test);
        }

        boolean blurs(RuleTest test) {
            return blurs.any(test);
        }
    }

    /** A test of a rule and its position. */
    interface RuleTest extends BiPredicate<FieldPattern, Long> {}

    /** The handling of a field that no rule names. */
    public enum Unlisted {
        /**
         * The run fails, before anything is read if the mapping has the field, otherwise at the first document with it.
         */
        STOP,
        /** It is withheld, and the run logs it. */
        WITHHOLD,
        /** It is published. */
        PUBLISH
    }

    /**
     * A rule of {@code blur}.
     *
     * @param field what it names
     * @param blur  how to blur it
     */
    public record BlurRule(FieldPattern field, Blur blur) {}

    /**
     * A mapped field and the decision on it.
     *
     * @param path     dotted
     * @param type     the source's name for the type
     * @param decision may be {@code UNDECIDED}
     */
    public record FieldDecision(String path, String type, Decision decision) {}

    /**
     * A problem for the operator to decide on.
     *
     * @param key  its location in the schedule, as a JSON pointer
     * @param what a message that includes what to do
     */
    public record Problem(String key, String what) {}

    @Override
    public @Nullable String toString() {
        return "include %s, exclude %s, blur %s, unlisted %s"
                .formatted(include, exclude, blur.stream().map(BlurRule::field).toList(), unlisted);
    }
}
