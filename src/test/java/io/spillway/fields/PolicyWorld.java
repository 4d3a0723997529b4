package io.spillway.fields;

import io.spillway.fields.FieldPolicy.BlurRule;
import io.spillway.fields.FieldPolicy.Unlisted;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A random mapping of one to three indices, random rules, and documents that need not fit the mapping: as after fields
 * that were mapped late, with {@code dynamic: false}, {@code subobjects: false} or {@code ignore_malformed}. Each text
 * and each number occurs once in all documents of a world.
 */
final class PolicyWorld {
    /** None is a part of another, or of anything that a format writes on its own. */
    static final List<String> NAMES =
            List.of("zqa", "zqb", "zqc", "zqd", "zqf", "zqg", "zqh", "zqj", "zqk", "zqm", "zqn", "zq\u00e9");

    private static final String DECOMPOSED = "zqe\u0301";
    /** Names that values of some types have, and an empty one: too common to search for. */
    private static final List<String> COMMON =
            List.of("lat", "lon", "gte", "lt", "input", "weight", "coordinates", "type", "geometries", "");

    private static final List<String> TYPES = List.of(
            "keyword",
            "text",
            "long",
            "date",
            "geo_point",
            "geo_shape",
            "date_range",
            "completion",
            "object",
            "nested",
            "flattened",
            "dense_vector",
            "a_plugins_own");

    private final Random random;
    private final List<String> paths = new ArrayList<>();
    private int canaries;

    final List<SourceField> mapped;
    final List<String> include;
    final List<String> exclude;
    final List<BlurRule> blur = new ArrayList<>();
    final Unlisted unlisted;

    PolicyWorld(long seed) {
        random = new Random(seed);
        for (int i = 0; i < 6; i++) {
            paths.add(path());
        }
        mapped = mapping();
        for (SourceField field : mapped) {
            // Members of values, and other names.
            paths.add(field.path() + "." + one(COMMON.subList(0, COMMON.size() - 1)));
        }
        include = rules(4);
        exclude = rules(2);
        for (String field : rules(2)) {
            blur.add(new BlurRule(FieldPattern.of(field), aBlur()));
        }
        unlisted = switch (random.nextInt(5)) {
            case 0 -> Unlisted.PUBLISH;
            case 1 -> Unlisted.STOP;
            default -> Unlisted.WITHHOLD;
        };
    }

    FieldPolicy policy() {
        return new FieldPolicy(Fields.patterns(include), Fields.patterns(exclude), blur, unlisted);
    }

    PolicyOracle oracle() {
        return new PolicyOracle(include, exclude, blur, unlisted, mapped);
    }

    private Blur aBlur() {
        return switch (random.nextInt(4)) {
            case 0 -> Blurs.hash("0123456789abcdef");
            case 1 -> Blurs.date(Blurs.Precision.MONTH);
            case 2 -> Blurs.email();
            default -> Blurs.constant("gone");
        };
    }

    private String name() {
        int kind = random.nextInt(20);
        return kind == 0 ? DECOMPOSED : kind < 4 ? one(COMMON) : one(NAMES);
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** A new path, or one below an existing path. */
    private String path() {
        String above = paths.isEmpty() || random.nextInt(3) > 0 ? name() : one(paths);
        return random.nextBoolean() ? above : above + "." + name();
    }

    /** As the source describes it: if indices disagree, all types of a path. */
    private List<SourceField> mapping() {
        Map<String, TreeSet<String>> types = new TreeMap<>();
        int indices = 1 + random.nextInt(3);
        for (int index = 0; index < indices; index++) {
            for (String path : paths) {
                if (random.nextInt(3) == 0 && isSpellable(path)) {
                    types.computeIfAbsent(path, unused -> new TreeSet<>()).add(one(TYPES));
                }
            }
        }
        return types.entrySet().stream()
                .map(field -> new SourceField(field.getKey(), String.join("|", field.getValue())))
                .toList();
    }

    private List<String> rules(int atMost) {
        Set<String> rules = new LinkedHashSet<>();
        for (int i = random.nextInt(atMost + 1); i > 0; i--) {
            String path = random.nextInt(4) > 0 ? one(paths) : path();
            String last = path.substring(path.lastIndexOf('.') + 1);
            String rule = switch (random.nextInt(12)) {
                case 0 -> path + ".**";
                case 1 -> path + ".*";
                case 2 -> "**." + last;
                case 3 -> "*." + last;
                case 4 -> path.replaceAll(".$", "*");
                case 5 -> path.replaceAll("^[^.]*", "*");
                case 6 -> path + "." + name();
                case 7 -> random.nextInt(4) == 0 ? "**" : path;
                default -> path;
            };
            if (isSpellable(rule)) {
                rules.add(rule);
            }
        }
        return List.copyOf(rules);
    }

    private static boolean isSpellable(String rule) {
        try {
            FieldPattern.of(rule);
            return true;
        } catch (IllegalArgumentException emptyName) {
            return false;
        }
    }

    /** One more document. */
    String document() {
        StringBuilder json = new StringBuilder();
        object(json, 0);
        return json.toString();
    }

    private void object(StringBuilder json, int depth) {
        json.append('{');
        int members = random.nextInt(depth == 0 ? 7 : 4);
        Set<String> taken = new LinkedHashSet<>();
        for (int i = 0; i < members; i++) {
            // Names of the paths in rules and mapping, dotted or nested, or any other names.
            String name = random.nextInt(4) == 0 ? path() : one(paths);
            if (random.nextInt(3) > 0) {
                String[] names = name.split("\\.", -1);
                name = names[Math.min(depth, names.length - 1)];
            }
            if (taken.add(name)) {
                json.append(taken.size() == 1 ? "" : random.nextBoolean() ? "," : " ,\t");
                json.append('"').append(spelled(name)).append("\":");
                value(json, depth + 1);
            }
        }
        json.append('}');
    }

    /** The same name, sometimes with an escape in it. */
    private String spelled(String name) {
        if (name.isEmpty() || random.nextInt(6) > 0) {
            return name;
        }
        int at = random.nextInt(name.length());
        return name.substring(0, at) + "\\u%04x".formatted((int) name.charAt(at)) + name.substring(at + 1);
    }

    private void value(StringBuilder json, int depth) {
        switch (random.nextInt(depth > 4 ? 3 : 8)) {
            case 0 -> json.append("\"v").append(canaries++).append("w\"");
            case 1 -> json.append(9_800_000 + canaries++).append(".0");
            case 2 -> scalar(json);
            case 3, 4, 5 -> object(json, depth);
            default -> {
                json.append('[');
                int elements = random.nextInt(4);
                for (int i = 0; i < elements; i++) {
                    json.append(i == 0 ? "" : ",");
                    value(json, depth + 1);
                }
                json.append(']');
            }
        }
    }

    private void scalar(StringBuilder json) {
        switch (random.nextInt(5)) {
            case 0 -> json.append("null");
            case 1 -> json.append(random.nextBoolean());
            case 2 -> json.append("\"v").append(canaries++).append("w@zone.example\"");
            case 3 -> json.append("\"2021-03-04T05:06:07.%06dZ\"".formatted(canaries++));
            default -> json.append("\"{v").append(canaries++).append("w\"");
        }
    }
}
