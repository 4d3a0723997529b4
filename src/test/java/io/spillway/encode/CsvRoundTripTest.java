package io.spillway.encode;

import static io.spillway.encode.CsvSample.columns;
import static io.spillway.encode.CsvSample.document;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import io.spillway.encode.CsvOptions.ArrayForm;
import io.spillway.encode.CsvOptions.Unlisted;
import io.spillway.source.Document;
import io.spillway.support.DuckDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random documents as CSV, read back by an independent and very strict reader, and compared with a slow and simple
 * reading of the same documents by Jackson.
 */
@Timeout(120)
@Tag("slow")
class CsvRoundTripTest {
    private static final String[] NAMES = {"a", "b", "c", "a.b", "b.c", "é", "", "x"};
    private static final String[] COLUMNS = {"a", "a.b", "a.b.c", "b.c", "c", "c.a.é", "é"};
    private static final String[] NUMBERS = {
        "0", "-0.0", "1.10", "1e400", "-1E-400", "12345678901234567890123", "18446744073709551615", "0.1000"
    };
    private static final String[] PIECES = {
        "x",
        "=",
        "'",
        ",",
        "|",
        "\\\"",
        "\\n",
        "\\r",
        "\\r\\n",
        "\\t",
        "\\\\",
        "\\/",
        "é",
        "€",
        "😀",
        "\\u00e9",
        "\\u20ac",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\udc00",
        "\u2028",
        "\\u0001",
        " ",
        "#",
        "[",
        "{",
        "-",
        "＝",
        ";"
    };

    @TempDir
    Path folder;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void writtenRowsAreReadBack(long seed) throws Exception {
        Random random = new Random(seed);
        CsvOptions options = new CsvOptions(
                random.nextBoolean() ? ArrayForm.JSON : ArrayForm.JOIN,
                random.nextBoolean() ? "|" : ", ",
                random.nextBoolean(),
                random.nextBoolean(),
                Unlisted.NOTE);
        List<String> names = Arrays.asList(COLUMNS.clone());
        Collections.shuffle(names, random);
        names = names.subList(0, 1 + random.nextInt(names.size()));
        Set<String> plain = plain(names, random);
        Csv csv = new Csv(typed(names, plain), options);

        List<Document> documents = new ArrayList<>();
        List<String> sources = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        Map<String, Long> leftOut = new TreeMap<>();
        expected.add(names);
        for (int i = 0; i < 300; i++) {
            String text = object(random, 3);
            sources.add(text);
            byte[] source = text.getBytes(UTF_8);
            documents.add(document(source));
            Reference reference = new Reference(source, names, plain, options);
            expected.add(reference.row());
            reference.leftOut.forEach(path -> leftOut.merge(path, 1L, Long::sum));
        }
        byte[] part = CsvSample.part(csv, documents);
        if (options.byteOrderMark()) {
            assertThat(part).startsWith(0xEF, 0xBB, 0xBF);
            part = Arrays.copyOfRange(part, 3, part.length);
        }

        List<List<String>> rows = read(part);
        for (int i = 0; i < Math.min(rows.size(), expected.size()); i++) {
            assertThat(rows.get(i))
                    .as("row %s, %s", i, i == 0 ? "the header" : sources.get(i - 1))
                    .isEqualTo(expected.get(i));
        }
        assertThat(rows).hasSameSizeAs(expected);
        assertThat(csv.leftOut()).isEqualTo(leftOut);
    }

    /** Read by DuckDB, which distinguishes an empty cell from an empty string. Python's csv does not. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void aReaderThatSupportsNullReadsTheSame(long seed) throws Exception {
        Random random = new Random(seed);
        List<String> names = Arrays.asList(COLUMNS.clone());
        Collections.shuffle(names, random);
        names = names.subList(0, 1 + random.nextInt(names.size()));
        Set<String> plain = plain(names, random);
        List<Document> documents = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        expected.add(names);
        for (int i = 0; i < 300; i++) {
            byte[] source = object(random, 3).getBytes(UTF_8);
            documents.add(document(source));
            expected.add(new Reference(source, names, plain, CsvOptions.DEFAULTS).row());
        }
        Csv csv = new Csv(typed(names, plain), CsvOptions.DEFAULTS);
        Path file = Files.write(folder.resolve("part.csv"), CsvSample.part(csv, documents));
        List<List<String>> rows = DuckDb.rows(file, names.size());
        assertThat(rows.stream()
                        .map(row -> row.stream()
                                .map(cell -> Objects.requireNonNullElse(cell, ""))
                                .toList()))
                .isEqualTo(expected);
    }

    @Test
    void nullAndAbsentAreDistinctFromTheEmptyString() throws Exception {
        List<Document> documents = new ArrayList<>();
        for (String text : List.of(
                "{\"a\":null,\"c\":1}",
                "{\"c\":2}",
                "{\"a\":\"\",\"c\":3}",
                "{\"a\":\"\\\"\\\"\",\"c\":4}",
                "{\"a\":[],\"c\":5}")) {
            documents.add(document(text));
        }
        Csv csv = new Csv(columns("a", "c"), CsvOptions.DEFAULTS);
        Path file = Files.write(folder.resolve("part.csv"), CsvSample.part(csv, documents));
        assertThat(DuckDb.rows(file, 2))
                .containsExactly(
                        List.of("a", "c"),
                        Arrays.asList(null, "1"),
                        Arrays.asList(null, "2"),
                        List.of("", "3"),
                        List.of("\"\"", "4"),
                        List.of("[]", "5"));
    }

    /** The columns that are plain fields of the mapping. The others may hold objects. */
    private static Set<String> plain(List<String> names, Random random) {
        return names.stream().filter(name -> random.nextBoolean()).collect(Collectors.toSet());
    }

    private static CsvColumns typed(List<String> names, Set<String> plain) throws Exception {
        return columns(names.stream()
                .map(name -> name + (plain.contains(name) ? ":keyword" : ":flattened"))
                .toArray(String[]::new));
    }

    private static String object(Random random, int depth) {
        // Elasticsearch rejects the same name twice in one object. It accepts the same path twice.
        return IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> NAMES[random.nextInt(NAMES.length)])
                .distinct()
                .map(name -> "\"" + spelled(random, name) + "\"" + blank(random) + ":" + blank(random)
                        + value(random, depth - 1))
                .collect(Collectors.joining(blank(random) + ",", "{", "}"));
    }

    private static String value(Random random, int depth) {
        int kind = random.nextInt(depth <= 0 ? 5 : 9);
        return switch (kind) {
            case 0 -> "null";
            case 1 -> random.nextBoolean() ? "true" : "false";
            case 2 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 3, 4 ->
                "\""
                        + IntStream.range(0, random.nextInt(random.nextInt(10) == 0 ? 400 : 5))
                                .mapToObj(i -> PIECES[random.nextInt(PIECES.length)])
                                .collect(Collectors.joining())
                        + "\"";
            case 5, 6 ->
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> blank(random) + value(random, depth - 1))
                        .collect(Collectors.joining(",", "[", blank(random) + "]"));
            default -> object(random, depth);
        };
    }

    private static String blank(Random random) {
        return random.nextInt(8) == 0 ? " \t" : "";
    }

    private static String spelled(Random random, String name) {
        return random.nextInt(6) > 0
                ? name
                : name.chars().mapToObj("\\u%04x"::formatted).collect(Collectors.joining());
    }

    /** The rows as Python's csv module reads them, or, without Python, the library's own reader. */
    private List<List<String>> read(byte[] part) throws Exception {
        Path file = Files.write(folder.resolve("part.csv"), part);
        Path rows = folder.resolve("rows.json");
        Path script = Files.writeString(folder.resolve("read.py"), """
                import csv, json, sys
                with open(sys.argv[1], encoding='utf-8', newline='') as f, open(sys.argv[2], 'w') as out:
                    json.dump(list(csv.reader(f, strict=True)), out)
                """);
        Process python;
        try {
            python = new ProcessBuilder("python3", script.toString(), file.toString(), rows.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("python.log").toFile())
                    .start();
        } catch (IOException withoutPython) {
            try (var reader = CsvReader.builder().skipEmptyLines(false).ofCsvRecord(file)) {
                return reader.stream().map(record -> record.getFields()).toList();
            }
        }
        try {
            assertThat(python.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            python.destroyForcibly();
        }
        assertThat(python.exitValue())
                .as(() -> log(folder.resolve("python.log")))
                .isZero();
        return Arrays.stream(new ObjectMapper().readValue(rows.toFile(), String[][].class))
                .map(Arrays::asList)
                .toList();
    }

    private static String log(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }

    /** A value as it is written, and as text. */
    private record Value(JsonToken kind, String json, String text, List<Value> elements, boolean piece) {
        boolean holdsObject() {
            return kind == JsonToken.START_OBJECT || elements.stream().anyMatch(Value::holdsObject);
        }
    }

    /**
     * The expected row, computed in another way: all paths of a document in a list, from which each column selects its
     * own.
     */
    private static final class Reference {
        private final byte[] source;
        private final List<String> columns;
        private final Set<String> plain;
        private final Set<String> mixed = new TreeSet<>();
        private final CsvOptions options;
        private final Map<String, List<Value>> values = new TreeMap<>();
        private final Map<String, Boolean> several = new TreeMap<>();
        private final TreeSet<String> leftOut = new TreeSet<>();

        Reference(byte[] source, List<String> columns, Set<String> plain, CsvOptions options) throws IOException {
            this.source = source;
            this.columns = columns;
            this.plain = plain;
            this.options = options;
            read();
            values.forEach((column, found) -> {
                if (found.stream().anyMatch(Value::piece)
                        && found.stream().anyMatch(value -> !value.piece && !value.holdsObject())) {
                    mixed.add(column);
                }
            });
            if (!mixed.isEmpty()) {
                values.clear();
                several.clear();
                leftOut.clear();
                read();
            }
        }

        List<String> row() {
            return columns.stream().map(this::cell).toList();
        }

        private void read() throws IOException {
            try (JsonParser parser = new JsonFactory().createParser(source)) {
                parser.nextToken();
                read(parser, null, false, false);
            }
        }

        /** Reads the value at the parser with everything in it. The document itself has no path. */
        private Value read(JsonParser parser, String path, boolean inArray, boolean taken) throws IOException {
            JsonToken kind = parser.currentToken();
            int start = (int) parser.currentTokenLocation().getByteOffset();
            String text = kind.isScalarValue() ? parser.getText() : "";
            List<Value> elements = new ArrayList<>();
            if (kind == JsonToken.START_OBJECT) {
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String below = path == null ? "" : path + ".";
                    String full = below + parser.currentName();
                    parser.nextToken();
                    boolean whole = (columns.contains(full) && !isParted(full))
                            || columns.stream().anyMatch(column -> passes(below, full, column));
                    Value value = read(parser, full, inArray, taken || whole);
                    record(below, full, value, inArray);
                }
            } else if (kind == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(read(parser, path, true, taken));
                }
            }
            int end = (int) parser.currentLocation().getByteOffset();
            String json = new String(source, start, end - start, UTF_8);
            boolean scalar = kind.isScalarValue() && kind != JsonToken.VALUE_NULL;
            boolean members = json.startsWith("{") && !json.matches("\\{[ \\t]*\\}");
            if (path != null && !taken && (scalar || members)) {
                noteLeftOut(path, scalar);
            }
            return new Value(kind, json, escapeHalves(text), elements, false);
        }

        /** Whether a dotted name continues below a column that contains its fields. */
        private boolean passes(String below, String full, String column) {
            return column.startsWith(below)
                    && full.startsWith(column + ".")
                    && !plain.contains(column)
                    && !mixed.contains(column);
        }

        private boolean isParted(String column) {
            return plain.contains(column) && columns.stream().anyMatch(other -> other.startsWith(column + "."));
        }

        /** A member belongs to the column of its own path, and to those that are prefixes of its dotted name. */
        private void record(String below, String full, Value value, boolean inArray) {
            for (String column : columns) {
                if (column.equals(full) && isParted(full)) {
                    putParted(column, value, inArray);
                } else if (column.equals(full)) {
                    put(column, value, inArray);
                } else if (passes(below, full, column)) {
                    String json = "{\"" + full.substring(column.length() + 1) + "\":" + value.json + "}";
                    put(column, new Value(JsonToken.START_OBJECT, json, "", List.of(), true), inArray);
                }
            }
        }

        /** Objects are other fields. Other values in the same array are not. */
        private void putParted(String column, Value value, boolean inArray) {
            if (!value.holdsObject()) {
                put(column, value, inArray);
            } else {
                value.elements.forEach(element -> putElements(column, element));
            }
        }

        private void putElements(String column, Value element) {
            if (element.kind == JsonToken.START_ARRAY) {
                element.elements.forEach(inner -> putElements(column, inner));
            } else if (element.kind != JsonToken.START_OBJECT) {
                put(column, element, true);
            }
        }

        private void put(String column, Value value, boolean inArray) {
            List<Value> list = values.computeIfAbsent(column, c -> new ArrayList<>());
            list.add(value);
            several.merge(column, inArray || list.size() > 1, Boolean::logicalOr);
        }

        private void noteLeftOut(String path, boolean scalar) {
            String[] parts = path.split("\\.", -1);
            String prefix = "";
            for (int i = 0; i < parts.length; i++) {
                prefix = i == 0 ? parts[0] : prefix + "." + parts[i];
                String at = prefix;
                if (columns.stream().noneMatch(column -> column.equals(at) || column.startsWith(at + "."))) {
                    leftOut.add(at);
                    return;
                }
            }
            if (scalar && !columns.contains(path)) {
                leftOut.add(path);
            }
        }

        private String cell(String column) {
            List<Value> found = values.getOrDefault(column, List.of());
            if (found.isEmpty()) {
                return "";
            }
            boolean join = options.arrays() == ArrayForm.JOIN;
            Value first = found.get(0);
            boolean one = !several.get(column);
            if (one && first.kind == JsonToken.VALUE_NULL) {
                return "";
            }
            if (one && first.kind == JsonToken.VALUE_STRING) {
                return escaped(first.text);
            }
            if (one && (first.kind != JsonToken.START_ARRAY || !join)) {
                return first.json;
            }
            if (!join) {
                return found.stream()
                        .map(value -> value.kind == JsonToken.START_ARRAY
                                ? value.json.replaceAll("^\\[[ \\t]*|[ \\t]*\\]$", "")
                                : value.json)
                        .filter(json -> !json.isEmpty())
                        .collect(Collectors.joining(",", "[", "]"));
            }
            List<Value> all = found.stream()
                    .flatMap(value ->
                            value.kind == JsonToken.START_ARRAY ? value.elements.stream() : List.of(value).stream())
                    .toList();
            String text = all.stream()
                    .map(value -> switch (value.kind) {
                        case VALUE_NULL -> "";
                        case VALUE_STRING -> value.text;
                        default -> value.json;
                    })
                    .collect(Collectors.joining(options.separator()));
            return all.size() == 1 && all.get(0).kind.isNumeric() ? text : escaped(text);
        }

        private String escaped(String text) {
            return options.escapeFormulas() && text.matches("(?s)[=+\\-@\\t\\r\\n＝＋－＠].*") ? "'" + text : text;
        }

        private static String escapeHalves(String text) {
            return text.codePoints()
                    .mapToObj(c -> c >= 0xD800 && c <= 0xDFFF ? "\\u%04x".formatted(c) : Character.toString(c))
                    .collect(Collectors.joining());
        }
    }
}
