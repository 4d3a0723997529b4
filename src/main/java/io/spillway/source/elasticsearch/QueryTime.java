package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives a query one meaning for a whole run. Each page of a snapshot is a separate search with a different {@code now},
 * so bounds of date ranges that begin with {@code now} are computed from one fixed instant
 * ({@code 2026-11-21T03:00:00.123Z||-60s/d}). A query that depends on the time of a search in any other way is refused.
 */
final class QueryTime {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final String INSTANT_FORMAT = "strict_date_optional_time_nanos";
    private static final Set<String> BOUNDS = Set.of("gt", "gte", "lt", "lte", "from", "to");
    private static final Set<String> LEAVES = Set.of(
            "term",
            "terms",
            "match",
            "match_phrase",
            "match_phrase_prefix",
            "match_bool_prefix",
            "prefix",
            "wildcard",
            "fuzzy",
            "span_term",
            "common",
            "terms_set");
    private static final Set<String> LEAF_VALUES = Set.of("value", "query", "terms");
    private static final Set<String> DECAYS = Set.of("gauss", "exp", "linear");
    /** Functions in scripts whose results differ from one search to the next. */
    private static final Pattern CLOCK_OR_CHANCE = Pattern.compile(
            "\\b(?:now|currentTimeMillis|nanoTime|random|randomUUID|Random)\\b|new\\s+(?:Date|GregorianCalendar)\\s*\\(\\s*\\)"
                    + "|Calendar\\s*\\.\\s*getInstance");

    private static final Pattern RANGE_IN_TEXT =
            Pattern.compile("(?:[\\[{]\\s*|[<>]=?\\s*|\\sTO\\s+)[\"(]?\\s*now(?![\\p{L}\\p{N}_.])");
    private static final Pattern WORD_IN_TEXT =
            Pattern.compile("(?:([\\w.*@\\-]+):\\s*)?[+\\-!\"(]*(?<![\\p{L}\\p{N}_.])now(?![\\p{L}\\p{N}_.])");

    private final MappedFields fields;
    private final Instant now;
    private boolean anchored;

    private QueryTime(MappedFields fields, Instant now) {
        this.fields = fields;
        this.now = now;
    }

    /**
     * A query with one meaning.
     *
     * @param query the query to send, as JSON text; unchanged if it does not depend on the time
     * @param now   the instant used for {@code now}, or null if it does not contain it
     */
    record Anchored(String query, @Nullable Instant now) {}

    /**
     * The same query with a fixed instant for {@code now}.
     *
     * @param fields the mapped fields, which determine whether a value is a date
     * @throws SpillwayException {@code CONFIG} if the query depends on the time of a search in another way
     */
    static Anchored anchor(String query, MappedFields fields, Instant now) throws SpillwayException {
        JsonNode tree;
        try {
            tree = JSON.readTree(query);
        } catch (JsonProcessingException e) {
            throw new SpillwayException(Fault.CONFIG, "source.query is not JSON: " + e.getOriginalMessage(), null, e);
        }
        QueryTime time = new QueryTime(fields, Instant.ofEpochMilli(now.toEpochMilli()));
        time.walk(tree);
        time.refuseRuntimeFields(tree);
        return time.anchored ? new Anchored(tree.toString(), time.now) : new Anchored(query, null);
    }

    private void walk(JsonNode node) throws SpillwayException {
        if (node.isArray()) {
            for (JsonNode child : node) {
                walk(child);
            }
        } else if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : List.copyOf(object.properties())) {
                clause(object, member.getKey(), member.getValue());
            }
        }
    }

    /** A member of an object anywhere in a query, interpreted by its name and the kind of its value. */
    private void clause(ObjectNode parent, String name, JsonNode body) throws SpillwayException {
        if (name.equals("script") && body.isTextual()) {
            script(name, body);
        } else if (!body.isContainerNode()) {
            return;
        } else if (name.equals("range") && isByField(body)) {
            for (Map.Entry<String, JsonNode> field : List.copyOf(body.properties())) {
                range(field.getKey(), (ObjectNode) field.getValue());
            }
        } else if (LEAVES.contains(name)) {
            leaf(name, body);
        } else if (name.equals("multi_match") || name.equals("combined_fields")) {
            multiMatch(name, body);
        } else if (name.equals("query_string") || name.equals("simple_query_string")) {
            queryString(name, body);
        } else if (name.equals("script") || name.equals("minimum_should_match_script")) {
            script(name, body);
        } else if (name.equals("distance_feature")) {
            refuseIf(isNow(body.path("origin")), name + " has the origin " + body.path("origin"));
        } else if (DECAYS.contains(name)) {
            decay(name, body);
        } else if (name.equals("random_score")) {
            refuseIf(!body.has("seed"), "random_score has no seed");
        } else if (name.equals("percolate")) {
            throw refused("percolate runs stored queries, which may contain now");
        } else if (name.equals("wrapper")) {
            parentOfWrapper(parent, body);
        } else {
            walk(body);
        }
    }

    private static boolean isByField(JsonNode body) {
        return body.isObject()
                && !body.isEmpty()
                && body.properties().stream().allMatch(field -> field.getValue().isObject());
    }

    private void range(String field, ObjectNode body) throws SpillwayException {
        List<String> nows = new ArrayList<>();
        boolean others = false;
        for (Map.Entry<String, JsonNode> bound : body.properties()) {
            if (BOUNDS.contains(bound.getKey())) {
                if (bound.getValue().isTextual() && bound.getValue().textValue().startsWith("now")) {
                    nows.add(bound.getKey());
                } else {
                    others |= !bound.getValue().isNull();
                }
            }
        }
        if (nows.isEmpty() || !fields.isDate(field)) {
            // On a keyword "now" is an ordinary word.
            return;
        }
        refuseIf(
                fields.isDateAndOther(field),
                "\"" + field + "\" is a date only in some indices, and its range contains now");
        for (String bound : nows) {
            body.set(
                    bound,
                    new TextNode(now + "||" + body.path(bound).textValue().substring("now".length())));
        }
        format(field, body, others);
        anchored = true;
    }

    /** The instant needs a format of its own, and the other bounds need their original format. */
    private void format(String field, ObjectNode body, boolean others) throws SpillwayException {
        JsonNode given = body.path("format");
        Set<String> mapped = fields.formats(field);
        if (!others) {
            body.put("format", INSTANT_FORMAT);
        } else if (given.isTextual()) {
            body.put("format", given.textValue() + "||" + INSTANT_FORMAT);
        } else if (!mapped.stream().allMatch(MappedFields::isDefaultFormat)) {
            refuseIf(
                    mapped.size() > 1,
                    "the range of \"" + field
                            + "\" contains now and another bound, and its indices have several formats");
            body.put("format", mapped.iterator().next() + "||" + INSTANT_FORMAT);
        }
    }

    private void leaf(String name, JsonNode body) throws SpillwayException {
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            JsonNode value = field.getValue();
            for (JsonNode each : values(value)) {
                refuseIf(
                        isNow(each) && fields.isDate(field.getKey()),
                        "%s of the date \"%s\" has the value %s".formatted(name, field.getKey(), each));
            }
            JsonNode script = value.path("minimum_should_match_script");
            if (!script.isMissingNode()) {
                script("minimum_should_match_script", script);
            }
        }
    }

    private static List<JsonNode> values(JsonNode value) {
        List<JsonNode> values = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(values::add);
        } else if (value.isObject()) {
            LEAF_VALUES.forEach(member -> values.addAll(values(value.path(member))));
        } else {
            values.add(value);
        }
        return values;
    }

    private void multiMatch(String name, JsonNode body) throws SpillwayException {
        refuseIf(
                isNow(body.path("query")) && searchesDates(body),
                name + " looks for " + body.path("query") + " in fields that may be dates");
    }

    private void queryString(String name, JsonNode body) throws SpillwayException {
        String text = unescaped(body.path("query").asText(""));
        refuseIf(
                name.equals("query_string") && RANGE_IN_TEXT.matcher(text).find(),
                "a range in a query_string contains now");
        Matcher word = WORD_IN_TEXT.matcher(text);
        while (word.find()) {
            String field = name.equals("query_string") ? word.group(1) : null;
            refuseIf(
                    field == null
                            ? searchesDates(body)
                            : field.contains("*") ? fields.hasDates() : fields.isDate(field),
                    name + " looks for now in fields that may be dates");
        }
    }

    /** Whether the searched fields can be dates: the listed ones, or all. */
    private boolean searchesDates(JsonNode body) {
        Set<String> named = new LinkedHashSet<>();
        body.path("fields").forEach(field -> named.add(field.asText().replaceFirst("\\^.*$", "")));
        if (body.path("default_field").isTextual()) {
            named.add(body.path("default_field").textValue());
        }
        if (named.isEmpty()) {
            return fields.hasDates();
        }
        return named.stream().anyMatch(field -> field.contains("*") ? fields.hasDates() : fields.isDate(field));
    }

    private static String unescaped(String text) {
        Matcher unicode = Pattern.compile("\\\\u([0-9A-Fa-f]{4})").matcher(text);
        return unicode.replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))))
                .replaceAll("\\\\(.)", "$1");
    }

    /** {@code script: {script: …}} is a query, {@code script: {source: …}} a script; both lead here. */
    private void script(String name, JsonNode body) throws SpillwayException {
        JsonNode script = body.has("script") ? body.path("script") : body;
        String source =
                script.isTextual() ? script.textValue() : script.path("source").asText("");
        refuseIf(script.has("id"), name + " uses a stored script, which may depend on the time");
        refuseIf(CLOCK_OR_CHANCE.matcher(source).find(), name + " depends on the time or on random numbers: " + source);
    }

    private void decay(String name, JsonNode body) throws SpillwayException {
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            JsonNode origin = field.getValue().path("origin");
            refuseIf(
                    fields.isDate(field.getKey()) && (origin.isMissingNode() || isNow(origin)),
                    "%s of the date \"%s\" has now as its origin".formatted(name, field.getKey()));
        }
    }

    /** Replaces a Base64-encoded query by its content, so that it can be checked. */
    private void parentOfWrapper(ObjectNode parent, JsonNode body) throws SpillwayException {
        JsonNode inner;
        try {
            inner = JSON.readTree(Base64.getDecoder().decode(body.path("query").asText("")));
        } catch (IOException | IllegalArgumentException e) {
            throw refused("wrapper contains a query that is not JSON in Base64");
        }
        if (!(inner instanceof ObjectNode query)) {
            throw refused("wrapper contains a query that is not a JSON object");
        }
        ObjectNode one = JSON.createObjectNode();
        one.putObject("bool").putArray("must").add(query);
        walk(one);
        if (anchored) {
            parent.remove("wrapper");
            parent.setAll(one);
        }
    }

    /** A runtime field of the mapping is a script, too. */
    private void refuseRuntimeFields(JsonNode query) throws SpillwayException {
        Set<String> words = new TreeSet<>();
        collect(query, words);
        for (Map.Entry<String, String> script : fields.runtimeScripts().entrySet()) {
            refuseIf(
                    words.contains(script.getKey())
                            && CLOCK_OR_CHANCE.matcher(script.getValue()).find(),
                    "the script of runtime field \"" + script.getKey() + "\" depends on the time or on random numbers");
        }
    }

    private static void collect(JsonNode node, Set<String> words) {
        node.properties().forEach(member -> words.add(member.getKey()));
        if (node.isTextual()) {
            words.add(node.textValue().replaceFirst("\\^.*$", ""));
        }
        node.forEach(child -> collect(child, words));
    }

    /** Whether a date field would interpret this value as {@code now} or as an offset from it. */
    private static boolean isNow(JsonNode value) {
        return value.isTextual() && value.textValue().matches("now(?:[+\\-/].*)?");
    }

    private static void refuseIf(boolean condition, String what) throws SpillwayException {
        if (condition) {
            throw refused(what);
        }
    }

    private static SpillwayException refused(String what) {
        return new SpillwayException(
                Fault.CONFIG,
                "source.query depends on the time of each search: " + what,
                "use a range on a date field with bounds such as now-1d, which are computed from one instant, or a"
                        + " fixed date");
    }
}
