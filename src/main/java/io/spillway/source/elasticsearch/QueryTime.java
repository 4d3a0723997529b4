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
    private static final Set<String> LEAF_VALUES = Set.of("value", "query", "terms", "term");
    private static final Set<String> TEXTS =
            Set.of("multi_match", "combined_fields", "query_string", "simple_query_string", "kql");
    private static final Set<String> DECAYS = Set.of("gauss", "exp", "linear");
    /** Clauses that ask a model or a set of rules of the cluster, either of which may change between two pages. */
    private static final Map<String, String> ASKS_THE_CLUSTER = Map.of(
            "rule", "rule reads a set of rules of the cluster",
            "rule_query", "rule_query reads a set of rules of the cluster",
            "semantic", "semantic asks a model for the vector of its text",
            "text_expansion", "text_expansion asks a model for the tokens of its text",
            "query_vector_builder", "query_vector_builder asks a model for a vector");

    private static final String NOW_WORD = "(?<![\\p{L}\\p{N}_.])now(?![\\p{L}\\p{N}_.])";
    private static final Pattern RANGE_IN_TEXT = Pattern.compile("(?:[\\[{]|[<>]=?|\\bTO\\b)[\\s\"(]*" + NOW_WORD);
    private static final Pattern WORD_IN_TEXT = Pattern.compile(NOW_WORD);
    /** A query string may have blanks between a field and its colon, also the wide one of East Asian texts. */
    private static final Pattern BLANKS_BEFORE_A_COLON = Pattern.compile("[\\s\u3000]+:");

    private static final Pattern PATTERN_OF_FIELDS = Pattern.compile("[*?][^\\s:\"()]*:");

    private final MappedFields fields;
    private final Instant now;
    private final Set<String> scripts = new TreeSet<>();
    private boolean anchored;
    private boolean asksForText;

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
        } else if (name.equals("intervals")) {
            scriptsWithin(name, body);
        } else if (TEXTS.contains(name)) {
            text(name, body);
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
            refuseLookup(name, body);
            walk(body);
        }
    }

    /** A clause that reads a document or asks the cluster at each search, outside of the snapshot. */
    private static void refuseLookup(String name, JsonNode body) throws SpillwayException {
        String asks = ASKS_THE_CLUSTER.get(name);
        if (asks != null && body.isObject()) {
            throw reads(asks);
        } else if (name.equals("sparse_vector") && body.has("inference_id")) {
            throw reads("sparse_vector asks a model for the tokens of its text");
        } else if (name.equals("indexed_shape")) {
            throw reads("indexed_shape reads a shape from another document");
        } else if (name.equals("more_like_this")) {
            for (String examples : List.of("like", "unlike", "docs")) {
                for (JsonNode example : values(body.path(examples))) {
                    if (example.isObject() && !example.has("doc")) {
                        throw reads("more_like_this reads the document " + example);
                    }
                }
            }
            if (body.has("ids")) {
                throw reads("more_like_this reads the documents " + body.path("ids"));
            }
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
            if (name.equals("terms") && value.isObject()) {
                throw reads(
                        "terms of \"%s\" reads its values from another document: %s".formatted(field.getKey(), value));
            }
            if (fields.types().getOrDefault(field.getKey(), new TreeSet<>()).contains("semantic_text")) {
                throw reads(name + " of the semantic_text \"" + field.getKey() + "\" asks a model");
            }
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
        } else if (value.isObject() && LEAF_VALUES.stream().anyMatch(value::has)) {
            LEAF_VALUES.forEach(member -> values.addAll(values(value.path(member))));
        } else {
            values.add(value);
        }
        return values;
    }

    /** A clause that looks for words in the fields that it names, or in all of them. */
    private void text(String name, JsonNode body) throws SpillwayException {
        asksForText |= !body.has("fields") && !body.has("default_field");
        String text = body.path("query").asText("");
        if (name.equals("multi_match") || name.equals("combined_fields")) {
            refuseIf(
                    isNow(body.path("query")) && searchesDates(body),
                    name + " looks for \"" + text + "\" in fields that may be dates");
            return;
        }
        text = BLANKS_BEFORE_A_COLON.matcher(unescaped(text)).replaceAll(":");
        refuseIf(
                !name.equals("simple_query_string")
                        && RANGE_IN_TEXT.matcher(text).find(),
                "a range in a " + name + " has now");
        Matcher word = WORD_IN_TEXT.matcher(text);
        while (word.find()) {
            String before = text.substring(0, word.start());
            boolean isDate = switch (name) {
                case "query_string" -> readsDates(before, text, body);
                case "kql" -> fields.hasDates();
                default -> searchesDates(body);
            };
            refuseIf(isDate, name + " looks for now in fields that may be dates");
        }
    }

    /**
     * Whether a query string compares a word with dates: the field directly before the word, else the fields that are
     * searched without a name, or a field that is named before a parenthesis.
     *
     * @param before the text before the word
     */
    private boolean readsDates(String before, String text, JsonNode body) {
        String named = before.replaceFirst("[+\\-!\"(\\s]+$", "");
        if (body.has("quote_field_suffix")) {
            return fields.hasDates();
        } else if (named.endsWith(":")) {
            String last = named.replaceFirst("(?s)^.*[\\s\"()](?=[^\\s\"()]+$)", "");
            return PATTERN_OF_FIELDS.matcher(last).find()
                    ? fields.hasDates()
                    : fields.dates().stream().anyMatch(date -> named.endsWith(date + ":"));
        }
        return searchesDates(body)
                || (PATTERN_OF_FIELDS.matcher(text).find() && fields.hasDates())
                || fields.dates().stream().anyMatch(date -> text.contains(date + ":"));
    }

    /** Whether the fields that a text is looked for in can be dates: those that are named, or all. */
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
        refuseIf(script.has("id"), name + " names a stored script, which may ask for the time");
        refuseIf(
                ScriptText.isUnsteady(script),
                name + " asks for the time or for chance: "
                        + script.path("source").asText(script.asText()));
        scripts.add(ScriptText.of(script));
    }

    /** The scripts of a clause whose other members are words. */
    private void scriptsWithin(String name, JsonNode node) throws SpillwayException {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (member.getKey().equals("script")) {
                script(name, member.getValue());
            }
        }
        for (JsonNode child : node) {
            scriptsWithin(name, child);
        }
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
        parent.remove("wrapper");
        parent.setAll(one);
    }

    /**
     * Refuses a query that may read a runtime field whose script differs from one search to the next: one that names it, a
     * pattern of fields, or a text that is looked for in fields without a name.
     */
    private void refuseRuntimeFields(JsonNode query) throws SpillwayException {
        Set<String> unsteady = fields.unsteady();
        if (unsteady.isEmpty()) {
            return;
        }
        Set<String> words = new TreeSet<>(scripts);
        collect(query, words);
        for (String field : unsteady) {
            refuseIf(
                    asksForText || words.stream().anyMatch(word -> word.contains(field) || word.contains("*")),
                    "the script of runtime field \"" + field + "\" asks for the time or for chance");
        }
    }

    private static void collect(JsonNode node, Set<String> words) {
        node.properties().forEach(member -> words.add(member.getKey()));
        if (node.isTextual()) {
            words.add(unescaped(node.textValue()));
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

    private static SpillwayException reads(String what) {
        return new SpillwayException(
                Fault.CONFIG,
                "source.query reads more than the snapshot: " + what + ", which may change between two pages",
                "write the values themselves into the query");
    }
}
