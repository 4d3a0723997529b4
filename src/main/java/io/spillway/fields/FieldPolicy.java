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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which fields are published. Immutable.
 *
 * <p>Three kinds of rules, and no order among them, so that none has to be remembered: what a rule of {@code exclude} names
 * is withheld with all that lies in it, whatever the others say; else what a rule of {@code blur} names is blurred; else
 * what a rule of {@code include} names is published. A rule of {@code include} names just the fields it says: {@code
 * author} is not {@code author.email}, {@code author.**} is. What no rule names is {@linkplain Unlisted undecided}.
 *
 * <p>Paths are those of documents: {@code {"a":{"b":1}}} and {@code {"a.b":1}} are both {@code a.b}, and arrays do not
 * count. The members that a mapped type reads of an object, as {@code lat} and {@code lon} of a {@code geo_point}, belong to
 * its field; whatever else lies in an object has a path of its own, whatever the mapping says.
 */
public final class FieldPolicy {
    /** No fields, but written beside documents by some formats: a rule of exclude may name them for good measure. */
    private static final Set<String> BESIDE_DOCUMENTS = Set.of("_id", "_routing");

    private final List<FieldPattern> include;
    private final List<FieldPattern> exclude;
    private final List<BlurRule> blur;
    private final Unlisted unlisted;

    /**
     * A policy.
     *
     * @param blur where several name a field, the first of them blurs it
     */
    public FieldPolicy(List<FieldPattern> include, List<FieldPattern> exclude, List<BlurRule> blur, Unlisted unlisted) {
        this.include = List.copyOf(include);
        this.exclude = List.copyOf(exclude);
        this.blur = List.copyOf(blur);
        this.unlisted = unlisted;
    }

    /** The policy without rules: every field is published. */
    public static FieldPolicy publishAll() {
        return new FieldPolicy(List.of(), List.of(), List.of(), Unlisted.PUBLISH);
    }

    /** Whether there are rules, so that somebody has decided. */
    public boolean hasRules() {
        return !include.isEmpty() || !exclude.isEmpty() || !blur.isEmpty();
    }

    /** What becomes of fields that no rule names. */
    public Unlisted unlisted() {
        return unlisted;
    }

    /** What becomes of one field, given its path; {@code UNDECIDED} where no rule names it, whatever follows from that. */
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
     * Whether a dump may show the name of a field that has nothing in it, or that earlier dumps had: a rule publishes or
     * blurs it, or spells out the names that lead to it on the way to another one.
     */
    public boolean mayName(String path) {
        return FieldNode.root(this).at(path).mayShow();
    }

    /** What becomes of each mapped field, in the same order; objects are left to what the mapping has in them. */
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
     * The mapped fields that are published, blurred or not, in the same order, with the objects that they lie in. An open
     * field is one of them where a rule spells out its name; a pattern such as {@code **.email} names nothing in it before
     * a document has it.
     */
    public List<SourceField> published(List<SourceField> fields) {
        FieldNode root = FieldNode.tree(this, fields);
        return fields.stream()
                .filter(field -> root.at(field.path()).isPublishedByMapping())
                .toList();
    }

    /**
     * Dates that are blurred, as rules or as mapped fields, sorted: what else tells when a document was made would undo
     * that.
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

    /** An open field is decided when what may lie in it is, too. */
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
        // Rules of exclude alone leave open what becomes of the rest.
        boolean rulesBelow = at.includes(FieldPattern::namesSomeBelow) || at.blurs(FieldPattern::namesSomeBelow);
        return rulesBelow
                ? new Decision(Decision.Kind.PUBLISHED, field.path() + ".… as documents have it", null)
                : new Decision(Decision.Kind.UNDECIDED, null, null);
    }

    /**
     * What is wrong between these rules and these fields, one line each, empty where nothing is: fields that nobody
     * decided on, if that stops a run, and rules of exclude and blur that would protect nothing. A pattern with a star
     * may name fields that are still to come.
     */
    public List<Problem> problems(List<SourceField> fields) {
        List<Problem> problems = new ArrayList<>();
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
            if (namesNothing(rule, fields) && !BESIDE_DOCUMENTS.contains(rule.toString())) {
                problems.add(nothing("exclude", i, rule));
            }
        }
        for (int i = 0; i < blur.size(); i++) {
            FieldPattern rule = blur.get(i).field();
            if (namesNothing(rule, fields)) {
                problems.add(nothing("blur", i, rule));
            }
        }
        return problems;
    }

    /**
     * Descriptions of paths that no field has, one line each, empty where there are none: neither the mapping has the
     * field, nor does it lie where the mapping does not look, nor have the documents that were looked at.
     *
     * @param paths what is described
     * @param seen  fields that documents were found to have
     */
    public static List<Problem> strayDescriptions(
            Collection<String> paths, List<SourceField> fields, Collection<String> seen) {
        return paths.stream()
                .filter(path -> !seen.contains(path) && !isKnown(path, fields))
                .sorted()
                .map(path -> new Problem(
                        "/fields/descriptions/" + path.replace("~", "~0").replace("/", "~1"),
                        "\"%s\" names no field of the mapping; correct it, or take it out"
                                .formatted(FieldPath.shown(path))))
                .toList();
    }

    /**
     * Fails with {@link Fault#FIELD_POLICY} and all {@link #problems} in one message.
     *
     * @param source what the fields are of, for the message
     */
    public void require(List<SourceField> fields, String source) throws SpillwayException {
        List<Problem> problems = problems(fields);
        if (!problems.isEmpty()) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "%d to decide on before anything of %s is read:\n%s"
                            .formatted(
                                    problems.size(),
                                    source,
                                    problems.stream().map(Problem::what).collect(Collectors.joining("\n"))),
                    "each field has to be named in fields: include publishes it, exclude withholds it, blur makes it"
                            + " less telling; or fields: {unlisted: withhold} leaves out what no rule names");
        }
    }

    /** A filter for documents of these fields; for one thread. */
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
                "field \"%s\" (%s) is named by no rule; add  %s  to include, or  %s  to exclude"
                        .formatted(
                                FieldPath.shown(field.path()),
                                field.type(),
                                FieldPath.asEntry(field.path() + (open ? ".**" : "")),
                                FieldPath.asEntry(field.path())));
    }

    private static Problem nothing(String list, int index, FieldPattern rule) {
        return new Problem(
                "/fields/" + list + "/" + index,
                ("rule \"%s\" of %s names no field of the mapping; correct it, or write it with a star if the field may"
                                + " come, or stands in documents alone")
                        .formatted(FieldPath.shown(rule.toString()), list));
    }

    private static boolean namesNothing(FieldPattern rule, List<SourceField> fields) {
        return rule.isExact() && !isKnown(rule.toString(), fields);
    }

    /**
     * Whether the mapping has this field, fields in it, or a field that may have it in its values, whichever way their
     * letters with accents are written.
     */
    private static boolean isKnown(String wanted, List<SourceField> fields) {
        String path = FieldPattern.composed(wanted);
        return fields.stream().anyMatch(field -> {
            String mapped = FieldPattern.composed(field.path());
            return mapped.equals(path)
                    || mapped.startsWith(path + ".")
                    || (FieldTypes.mayHaveMembers(field.type()) && path.startsWith(mapped + "."));
        });
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
                ("rule \"%s\" of include publishes nothing, as rule \"%s\" blurs the field that it lies in; remove one of"
                                + " the two")
                        .formatted(FieldPath.shown(rule.toString()), FieldPath.shown(blurred)));
    }

    Positions start() {
        return new Positions(
                include.stream().mapToLong(FieldPattern::start).toArray(),
                exclude.stream().mapToLong(FieldPattern::start).toArray(),
                blur.stream().mapToLong(rule -> rule.field().start()).toArray());
    }

    /** How far each rule has got along a path. */
    final class Positions {
        private final long[] includes;
        private final long[] excludes;
        private final long[] blurs;

        private Positions(long[] includes, long[] excludes, long[] blurs) {
            this.includes = includes;
            this.excludes = excludes;
            this.blurs = blurs;
        }

        Positions step(String name) {
            return new Positions(
                    IntStream.range(0, includes.length)
                            .mapToLong(i -> include.get(i).stepExactly(includes[i], name))
                            .toArray(),
                    IntStream.range(0, excludes.length)
                            .mapToLong(i -> exclude.get(i).step(excludes[i], name))
                            .toArray(),
                    IntStream.range(0, blurs.length)
                            .mapToLong(i -> blur.get(i).field().step(blurs[i], name))
                            .toArray());
        }

        /** What the rules say of the path so far, apart from what they said of the objects it lies in. */
        Decision decision() {
            for (int i = 0; i < excludes.length; i++) {
                if (exclude.get(i).names(excludes[i])) {
                    return new Decision(Decision.Kind.WITHHELD, exclude.get(i).toString(), null);
                }
            }
            for (int i = 0; i < blurs.length; i++) {
                if (blur.get(i).field().names(blurs[i])) {
                    BlurRule rule = blur.get(i);
                    return new Decision(Decision.Kind.BLURRED, rule.field().toString(), rule.blur());
                }
            }
            for (int i = 0; i < includes.length; i++) {
                if (include.get(i).names(includes[i])) {
                    return new Decision(Decision.Kind.PUBLISHED, include.get(i).toString(), null);
                }
            }
            return new Decision(Decision.Kind.UNDECIDED, null, null);
        }

        boolean includes(RuleTest test) {
            return IntStream.range(0, includes.length).anyMatch(i -> test.test(include.get(i), includes[i]));
        }

        boolean excludes(RuleTest test) {
            return IntStream.range(0, excludes.length).anyMatch(i -> test.test(exclude.get(i), excludes[i]));
        }

        boolean blurs(RuleTest test) {
            return IntStream.range(0, blurs.length)
                    .anyMatch(i -> test.test(blur.get(i).field(), blurs[i]));
        }
    }

    /** A question to a rule and how far it has got. */
    interface RuleTest extends BiPredicate<FieldPattern, Long> {}

    /** What becomes of a field that no rule names. */
    public enum Unlisted {
        /** The run ends, before anything is read where the mapping has the field, else at the first document with it. */
        STOP,
        /** It is left out, and the run says so. */
        WITHHOLD,
        /** It is published. */
        PUBLISH
    }

    /**
     * A rule of {@code blur}.
     *
     * @param field what it names
     * @param blur  how that is blurred
     */
    public record BlurRule(FieldPattern field, Blur blur) {}

    /**
     * A mapped field and what becomes of it.
     *
     * @param path     dotted
     * @param type     the source's own name of the type
     * @param decision what was decided, {@code UNDECIDED} included
     */
    public record FieldDecision(String path, String type, Decision decision) {}

    /**
     * Something to decide.
     *
     * @param key  where in the schedule, as a JSON pointer
     * @param what for the reader, with what to do
     */
    public record Problem(String key, String what) {}

    @Override
    public @Nullable String toString() {
        return "include %s, exclude %s, blur %s, unlisted %s"
                .formatted(include, exclude, blur.stream().map(BlurRule::field).toList(), unlisted);
    }
}
