package io.spillway.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random documents and policies, each value a unique canary, compared with the rules applied in the plainest way: one
 * path at a time, with regular expressions.
 */
class FieldPolicyPropertyTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> NAMES = List.of("a", "b", "c", "email", "x.y", "em\\u0061il", "a.b", "d\\\\e");
    private static final List<String> PATTERNS = List.of(
            "a",
            "b",
            "c",
            "email",
            "x",
            "x.y",
            "a.b",
            "a.*",
            "*.b",
            "a.**",
            "**.email",
            "*",
            "**",
            "c.**.a",
            "e*",
            "b.c",
            "*.*.a",
            "d\\e",
            "**.b.**");

    static Stream<Long> seeds() {
        return new Random(20_261_122).longs(400).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void exactlyWhatTheRulesPublishIsPublished(long seed) throws Exception {
        Random random = new Random(seed);
        List<String> include = some(random, 3);
        List<String> exclude = some(random, 3);
        FieldPolicy.Unlisted unlisted =
                random.nextBoolean() ? FieldPolicy.Unlisted.WITHHOLD : FieldPolicy.Unlisted.PUBLISH;
        List<SourceField> mapped = random.nextBoolean() ? List.of() : Fields.mapped("c:object", "b.c:keyword");
        FieldFilter filter = Fields.policy(include, exclude, unlisted).filter(mapped);
        String rules = "include %s exclude %s unlisted %s mapped %s".formatted(include, exclude, unlisted, mapped);

        for (int i = 0; i < 40; i++) {
            StringBuilder json = new StringBuilder();
            object(random, json, 0, new int[1]);
            Document document = Fields.document(json.toString());

            String published = Fields.text(filter.apply(document));

            List<String> all = leaves(JSON.readTree(json.toString()));
            List<String> wanted = all.stream()
                    .filter(leaf -> publishes(leaf.substring(0, leaf.indexOf('=')), include, exclude, unlisted))
                    .toList();
            assertThat(leaves(JSON.readTree(published)))
                    .as("%s of %s", rules, json)
                    .isEqualTo(wanted);
            if (wanted.size() == all.size()) {
                // Every value is there: only empty values may differ.
                assertThat(published.replaceAll("\\s", "").length()).isLessThanOrEqualTo(json.length());
            }
            List<String> withheld = new ArrayList<>(all);
            withheld.removeAll(wanted);
            for (String leaf : withheld) {
                assertThat(published).as(rules).doesNotContain(leaf.substring(leaf.indexOf('=') + 1));
            }
        }
    }

    private static List<String> some(Random random, int atMost) {
        return random.ints(random.nextInt(atMost + 1), 0, PATTERNS.size())
                .mapToObj(PATTERNS::get)
                .distinct()
                .toList();
    }

    private static void object(Random random, StringBuilder json, int depth, int[] canary) {
        json.append('{');
        List<String> names = new ArrayList<>(NAMES);
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String name = names.remove(random.nextInt(names.size()));
            if (name.startsWith("em")) {
                // Two spellings of one name: a tree keeps only the last of them.
                names.removeIf(other -> other.startsWith("em"));
            }
            json.append(i == 0 ? "" : random.nextBoolean() ? "," : " , ");
            json.append('"').append(name).append("\":");
            value(random, json, depth + 1, canary);
        }
        json.append('}');
    }

    private static void value(Random random, StringBuilder json, int depth, int[] canary) {
        int kind = random.nextInt(depth > 4 ? 2 : 5);
        switch (kind) {
            case 0, 1 ->
                json.append(
                        random.nextBoolean()
                                ? "\"canary%dx\"".formatted(canary[0]++)
                                : "7%07d.0".formatted(canary[0]++));
            case 2 -> object(random, json, depth, canary);
            case 3 -> {
                json.append('[');
                int count = random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    json.append(i == 0 ? "" : ",");
                    value(random, json, depth + 1, canary);
                }
                json.append(']');
            }
            default -> json.append("null");
        }
    }

    /** Each value as PATH=VALUE, in the order of the document. */
    private static List<String> leaves(JsonNode node) {
        List<String> leaves = new ArrayList<>();
        leaves(node, "", leaves);
        return leaves;
    }

    private static void leaves(JsonNode node, String path, List<String> leaves) {
        if (node.isObject()) {
            node.properties()
                    .forEach(member -> leaves(
                            member.getValue(),
                            path.isEmpty() ? member.getKey() : path + "." + member.getKey(),
                            leaves));
        } else if (node.isArray()) {
            node.forEach(element -> leaves(element, path, leaves));
        } else if (!node.isNull()) {
            leaves.add(path + "=" + node.asText());
        }
    }

    private static boolean publishes(
            String path, List<String> include, List<String> exclude, FieldPolicy.Unlisted unlisted) {
        List<String> prefixes = new ArrayList<>();
        String[] names = path.split("\\.", -1);
        for (int length = 1; length <= names.length; length++) {
            prefixes.add(Arrays.stream(names).limit(length).collect(Collectors.joining(".")));
        }
        if (prefixes.stream().anyMatch(prefix -> matches(exclude, prefix))) {
            return false;
        }
        return unlisted == FieldPolicy.Unlisted.PUBLISH || matches(include, path);
    }

    private static boolean matches(List<String> patterns, String path) {
        return patterns.stream()
                .anyMatch(pattern -> regex(pattern).matcher("." + path).matches());
    }

    private static final TreeMap<String, Pattern> KNOWN = new TreeMap<>();

    private static Pattern regex(String pattern) {
        return KNOWN.computeIfAbsent(pattern, text -> {
            // Every name gets a dot in front, so that ** can match no name at all.
            StringBuilder regex = new StringBuilder();
            for (String name : text.split("\\.", -1)) {
                regex.append(
                        name.equals("**")
                                ? "(\\.[^.]*)*"
                                : "\\." + Pattern.quote(name).replace("*", "\\E[^.]*\\Q"));
            }
            return Pattern.compile(regex.toString());
        });
    }
}
