package io.spillway.fields;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.spillway.fields.FieldPolicy.BlurRule;
import io.spillway.fields.FieldPolicy.Unlisted;
import io.spillway.source.SourceField;
import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules of docs/fields.md, applied in the plainest way: a document is a list of paths with values, and a regular
 * expression for each rule decides on each path.
 */
final class PolicyOracle {
    /** The decision on a path. */
    enum Fate {
        PUBLISHED,
        BLURRED,
        WITHHELD,
        UNLISTED
    }

    /**
     * A value that is neither an object nor an array.
     *
     * @param path dotted, without the places in arrays
     * @param text the text of a string, the digits of a number, {@code true}, {@code false}, or {@code null}
     */
    record Leaf(String path, String text, boolean isNull) {}

    private static final JsonFactory JSON = new JsonFactory();

    private static final Map<String, Pattern> MEMBERS = Map.of(
            "geo_point", Pattern.compile("lat|lon|z|geohash|type|coordinates"),
            "date_range", Pattern.compile("gte?|lte?"),
            "completion", Pattern.compile("input|weight"),
            "geo_shape", Pattern.compile("(geometries\\.)*(type|coordinates|geometries|radius|orientation)"));

    static final Set<String> OPEN = Set.of("object", "nested", "flattened");

    private final List<String> include;
    private final List<String> exclude;
    private final List<BlurRule> blur;
    private final Unlisted unlisted;
    private final Map<String, String> types = new HashMap<>();
    private final Map<String, Pattern> patterns = new HashMap<>();
    private final Map<String, Fate> fates = new HashMap<>();

    PolicyOracle(
            List<String> include,
            List<String> exclude,
            List<BlurRule> blur,
            Unlisted unlisted,
            List<SourceField> mapped) {
        this.include = include;
        this.exclude = exclude;
        this.blur = blur;
        this.unlisted = unlisted;
        mapped.forEach(field -> types.put(field.path(), field.type()));
    }

    /** All values of a document, in its order, including repeated names. */
    static List<Leaf> leaves(String json) throws IOException {
        List<Leaf> leaves = new ArrayList<>();
        Deque<String> names = new ArrayDeque<>();
        try (JsonParser parser = JSON.createParser(json)) {
            while (parser.nextToken() != null) {
                JsonToken token = parser.currentToken();
                if (token == JsonToken.FIELD_NAME) {
                    names.addLast(parser.currentName());
                    continue;
                }
                if (token.isScalarValue()) {
                    leaves.add(new Leaf(String.join(".", names), parser.getText(), token == JsonToken.VALUE_NULL));
                }
                boolean done = token.isScalarValue() || token.isStructEnd();
                if (done && parser.getParsingContext().inObject()) {
                    names.removeLast();
                }
            }
        }
        return leaves;
    }

    Fate fate(String path) {
        return fates.computeIfAbsent(path, this::decide);
    }

    private Fate decide(String path) {
        List<String> above = above(path);
        if (above.stream().anyMatch(each -> matchesEither(exclude, each)) || matchesEither(exclude, path)) {
            return Fate.WITHHELD;
        }
        if (above.stream().anyMatch(each -> blurOf(each) != null)) {
            return Fate.WITHHELD;
        }
        if (blurOf(path) != null) {
            return Fate.BLURRED;
        }
        return unlisted == Unlisted.PUBLISH || isIncluded(path) || belongsToAValue(path)
                ? Fate.PUBLISHED
                : Fate.UNLISTED;
    }

    /** The blur of a path by the first rule that matches it. */
    Blur blurOf(String path) {
        return blur.stream()
                .filter(rule -> matchesEither(List.of(rule.field().toString()), path))
                .map(BlurRule::blur)
                .findFirst()
                .orElse(null);
    }

    /** Whether the path is a member of a mapped field's own value. */
    boolean belongsToAValue(String path) {
        List<String> above = above(path);
        for (int i = above.size() - 1; i >= 0 && !types.containsKey(path); i--) {
            String type = types.get(above.get(i));
            if (type != null) {
                String below = path.substring(above.get(i).length() + 1);
                return (unlisted == Unlisted.PUBLISH || isIncluded(above.get(i)))
                        && Arrays.stream(type.split("\\|"))
                                .allMatch(each -> MEMBERS.containsKey(each)
                                        && MEMBERS.get(each).matcher(below).matches());
            }
        }
        return false;
    }

    /** Whether a rule of include or blur spells out this path on the way to a field below it. */
    boolean isSpelledOut(String path) {
        return include.stream().anyMatch(rule -> rule.startsWith(path + "."))
                || blur.stream()
                        .anyMatch(rule -> composed(rule.field().toString()).startsWith(composed(path) + "."));
    }

    private boolean isIncluded(String path) {
        return include.stream().anyMatch(rule -> regex(rule).matcher("." + path).matches());
    }

    private boolean matchesEither(List<String> rules, String path) {
        return rules.stream()
                .anyMatch(rule -> regex(rule).matcher("." + path).matches()
                        || regex(composed(rule)).matcher("." + composed(path)).matches());
    }

    static List<String> above(String path) {
        List<String> above = new ArrayList<>();
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            above.add(path.substring(0, dot));
        }
        return above;
    }

    private static String composed(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /** Every name gets a dot in front, so that {@code **} can match no name at all. */
    private Pattern regex(String rule) {
        return patterns.computeIfAbsent(rule, text -> {
            StringBuilder regex = new StringBuilder();
            for (String name : text.split("\\.", -1)) {
                regex.append(
                        name.equals("**")
                                ? "(\\.[^.]*)*"
                                : "\\." + Pattern.quote(name).replace("*", "\\E[^.]*\\Q"));
            }
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        });
    }
}
