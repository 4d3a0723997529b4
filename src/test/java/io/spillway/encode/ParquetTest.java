package io.spillway.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.parquet.Columns;
import io.spillway.parquet.RowCount;
import io.spillway.source.SourceField;
import io.spillway.support.DuckDb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What DuckDB, an independent reader, finds in the files. */
class ParquetTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final Columns.Options DEFAULTS = Columns.Options.DEFAULTS;

    @TempDir
    private Path folder;

    private Map<String, Long> inRest = Map.of();

    private static List<SourceField> mapping(String... fields) {
        List<SourceField> mapped = new ArrayList<>();
        for (String field : fields) {
            mapped.add(new SourceField(field.split(":", -1)[0], field.split(":", -1)[1]));
        }
        return mapped;
    }

    private Path write(String name, Columns columns, String... documents) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Parquet parquet = new Parquet(columns, 3, 1 << 20)) {
            parquet.begin(out);
            for (String document : documents) {
                parquet.encode(CsvSample.document(document), out);
            }
            parquet.end(out);
            inRest = parquet.leftOut();
        }
        Path file = folder.resolve(name);
        Files.write(file, out.toByteArray());
        return file;
    }

    /** Each row as JSON text. */
    private List<JsonNode> read(String files) throws Exception {
        List<JsonNode> rows = new ArrayList<>();
        String from = " FROM read_parquet('" + files + "') t";
        // DuckDB reads the numbers of JSON as doubles where it makes JSON of JSON.
        List<String> rests = DuckDb.texts(folder, "SELECT CAST(_rest AS VARCHAR)" + from);
        for (String row : DuckDb.texts(folder, "SELECT to_json(t)" + from)) {
            String rest = rests.get(rows.size());
            rows.add(((ObjectNode) JSON.readTree(row))
                    .set("_rest", rest == null ? JSON.nullNode() : JSON.readTree(rest)));
        }
        return rows;
    }

    private JsonNode row(Columns columns, String document) throws Exception {
        Path file = write("one.parquet", columns, document);
        assertThat(RowCount.of(file)).isEqualTo(1);
        ObjectNode row = (ObjectNode) read("one.parquet").get(0);
        Stream.concat(
                        columns.facts().stream()
                                .filter(fact -> fact.get("type").equals("json"))
                                .map(fact -> fact.get("name")),
                        Stream.of("_source"))
                .filter(name -> row.path(name).isTextual())
                .toList()
                .forEach(name -> row.set(name, parsed(row.path(name).textValue())));
        return row;
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "long          | 42                   | 42                   |",
                "long          | '42'                 | 42                   | '42'",
                "long          | '042'                |                      | '042'",
                "long          | 42.5                 |                      | 42.5",
                "long          | -9223372036854775808 | -9223372036854775808 |",
                "long          | 9223372036854775808  |                      | 9223372036854775808",
                "long          | -0                   |                      | -0",
                "long          | [1]                  |                      | [1]",
                "long          | {'a':1}              |                      | {'a':1}",
                "long          | 'n/a'                |                      | 'n/a'",
                "long          | true                 |                      | true",
                "integer       | 2147483648           |                      | 2147483648",
                "short         | -7                   | -7                   |",
                "unsigned_long | 18446744073709551615 | 18446744073709551615 |",
                "unsigned_long | 0                    | 0                    |",
                "unsigned_long | -1                   |                      | -1",
                "double        | 0.1                  | 0.1                  |",
                "float         | 1.10                 | 1.1                  |",
                "double        | 0.12345678901234567890123 | 0.12345678901234568 | 0.12345678901234567890123",
                "double        | 1e400                |                      | 1e400",
                "double        | '1.5'                | 1.5                  | '1.5'",
                "double        | 'NaN'                |                      | 'NaN'",
                "boolean       | true                 | true                 |",
                "boolean       | 'false'              | false                | 'false'",
                "boolean       | ''                   |                      | ''",
                "keyword       | 'a'                  | 'a'                  |",
                "keyword       | 1.50                 | '1.50'               | 1.50",
                "keyword       | ['a','b']            |                      | ['a','b']",
                "text          | ''                   | ''                   |",
                "ip            | '::1'                | '::1'                |",
                "date          | '2024-02-30'         | '2024-02-30'         |",
                "date          | 1700000000000        | '1700000000000'      | 1700000000000",
                "flattened     | {'a':[1,null]}       | {'a':[1,null]}       |",
                "geo_point     | [1.0,2.50]           | [1.0,2.50]           |",
                "object        | {}                   | {}                   |",
                "dense_vector  | [0.5,1]              | [0.5,1.0]            |",
                "dense_vector  | 'AAAA'               |                      | 'AAAA'",
                "long          | null                 |                      |",
            })
    void aValueThatItsColumnDoesNotHoldExactlyIsInTheRest(String type, String value, String column, String rest)
            throws Exception {
        JsonNode row = row(new Columns(mapping("f:" + type), DEFAULTS), "{\"f\":" + value.replace('\'', '"') + "}");
        assertThat(row.path("f")).as("column").isEqualTo(column == null ? JSON.nullNode() : json(column));
        assertThat(row.path("_rest"))
                .as("rest")
                .isEqualTo(
                        rest == null ? JSON.nullNode() : JSON.createObjectNode().set("f", json(rest)));
    }

    @Test
    void anUnmappedFieldAnotherLevelAndAPathThatOccursTwiceAreInTheRest() throws Exception {
        Columns columns = new Columns(mapping("a.b:long", "c:keyword"), DEFAULTS);
        JsonNode row =
                row(columns, "{\"a.b\":1,\"a\":{\"b\":2,\"x\":{\"y\":1.50}},\"c\":{\"d\":1},\"e.f\":null,\"g\":[]}");
        assertThat(row.at("/a/b").longValue()).isEqualTo(1);
        assertThat(row.path("_rest")).isEqualTo(json("{'a.b#2':2,'a.x':{'y':1.50},'c':{'d':1},'g':[]}"));
        assertThat(inRest).isEqualTo(Map.of("a.b", 1L, "a.x", 1L, "c", 1L, "g", 1L));
    }

    @Test
    void aValueOfAnObjectsOwnIsBesideTheFieldsOfTheObject() throws Exception {
        Columns columns = new Columns(mapping("a.b:long"), DEFAULTS);
        assertThat(row(columns, "{\"a\":5,\"a.b\":1}").path("_rest")).isEqualTo(json("{'a':5,'a.b':1}"));
        assertThat(row(columns, "{\"a\":5,\"a\":{\"b\":1}}").path("_rest")).isEqualTo(json("{'a':5,'a#2':{'b':1}}"));
        JsonNode later = row(columns, "{\"a.b\":1,\"a\":5}");
        assertThat(later.at("/a/b").longValue()).isEqualTo(1);
        assertThat(later.path("_rest")).isEqualTo(json("{'a#2':5}"));
    }

    @Test
    void aListedFieldAndANestedFieldAreLists() throws Exception {
        Columns columns = new Columns(
                mapping("author:nested", "author.age:integer", "author.name:keyword", "tag:keyword"),
                new Columns.Options(Set.of("tag"), false, false, false));
        JsonNode row = row(
                columns,
                "{\"author\":[{\"name\":\"A\",\"age\":\"x\"},null,{},{\"name\":\"B\",\"age\":7}],\"tag\":[\"a\",null]}");
        assertThat(row.path("author"))
                .isEqualTo(json("[{'age':null,'name':'A'},null,{'age':null,'name':null},{'age':7,'name':'B'}]"));
        assertThat(row.path("tag")).isEqualTo(json("['a',null]"));
        assertThat(row.path("_rest")).isEqualTo(json("{'author[0].age':'x'}"));
        assertThat(inRest).containsOnlyKeys("author.age");
        JsonNode single = row(columns, "{\"author\":{\"name\":\"A\"},\"tag\":\"a\"}");
        assertThat(single.path("author")).isEqualTo(json("[{'age':null,'name':'A'}]"));
        assertThat(single.path("tag")).isEqualTo(json("['a']"));
        assertThat(single.path("_rest")).isEqualTo(json("{'author':{'name':'A'},'tag':'a'}"));
        JsonNode odd = row(columns, "{\"author\":[[{\"name\":\"A\"}]],\"tag\":[]}");
        assertThat(odd.path("author").isNull()).isTrue();
        assertThat(odd.path("tag")).isEqualTo(json("[]"));
        assertThat(odd.path("_rest")).isEqualTo(json("{'author':[[{'name':'A'}]]}"));
    }

    @Test
    void aTimestampLosesNothing() throws Exception {
        Columns columns = new Columns(mapping("d:date"), new Columns.Options(Set.of(), true, false, false));
        assertThat(row(columns, "{\"d\":\"2024-05-06T07:08:09.123Z\"}")
                        .path("_rest")
                        .isNull())
                .isTrue();
        for (String text : List.of("2024-05-06", "2024-05-06T07:08:09.123456789Z", "2024-05-06T09:08:09.123+02:00")) {
            JsonNode row = row(columns, "{\"d\":\"" + text + "\"}");
            assertThat(row.path("d").textValue()).as(text).startsWith("2024-05-06");
            assertThat(row.at("/_rest/d").textValue()).isEqualTo(text);
        }
        assertThat(row(columns, "{\"d\":\"now\"}").path("d").isNull()).isTrue();
        assertThat(row(columns, "{\"d\":1700000000000}").at("/_rest/d").longValue())
                .isEqualTo(1700000000000L);
    }

    @Test
    void theDocumentItselfAndItsIdAreColumnsOnRequest() throws Exception {
        Columns columns = new Columns(mapping("a:long"), new Columns.Options(Set.of(), false, true, true));
        String document = "{\"a\":1.10,\"_id\":5,\"_rest\":{},\"_source\":null}";
        JsonNode row = row(columns, document);
        assertThat(row.path("_id").isTextual()).isTrue();
        assertThat(row.path("_source")).isEqualTo(json(document));
        assertThat(row.path("_rest")).isEqualTo(json("{'a':1.10,'_id':5,'_rest':{}}"));
    }

    @Test
    void fieldsWithReservedNamesAndNamesThatDifferInCaseHaveColumnsOfTheirOwn() throws Exception {
        Columns columns = new Columns(mapping("Name:keyword", "_rest:keyword", "name:keyword"), DEFAULTS);
        JsonNode row = row(columns, "{\"Name\":\"A\",\"name\":\"b\",\"_rest\":\"c\"}");
        assertThat(row).isEqualTo(json("{'Name':'A','_rest_2':'c','name_2':'b','_rest':null}"));
        assertThat(columns.facts())
                .extracting(fact -> fact.get("name") + "=" + fact.get("path"))
                .containsExactly("Name=Name", "_rest_2=_rest", "name_2=name");
    }

    @Test
    void aFieldBesideAFieldThatItBeginsWithHasAColumn() throws Exception {
        Columns columns = new Columns(mapping("time:long", "time.min:long"), DEFAULTS);
        assertThat(row(columns, "{\"time\":3,\"time.min\":1}")).isEqualTo(json("{'time':3,'time.min':1,'_rest':null}"));
        assertThat(row(columns, "{\"time\":{\"min\":1}}").path("_rest")).isEqualTo(json("{'time':{'min':1}}"));
    }

    @Test
    void partsWithDifferentDocumentsHaveOneSchemaSoThatOneStrictGlobReadsThem() throws Exception {
        Columns columns = new Columns(mapping("a:long", "b.c:keyword"), DEFAULTS);
        write("p.1.parquet", columns);
        write("p.2.parquet", columns, "{\"a\":1}");
        write("p.3.parquet", columns, "{\"b\":{\"c\":\"x\"}}", "{\"z\":1}");
        assertThat(read("p.*.parquet")).hasSize(3);
    }

    @Test
    void aMappingThatGrewKeepsItsColumnsSoThatFilesOfTwoDumpsAreOneTable() throws Exception {
        Columns before = new Columns(mapping("a:long", "b.c:keyword"), DEFAULTS);
        Columns after = new Columns(mapping("a:long", "aa:date", "b.c:keyword", "b.d:long", "e.f:double"), DEFAULTS);
        assertThat(after.facts()).containsAll(before.facts());
        write("p.1.parquet", before, "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":5}}");
        write("p.2.parquet", after, "{\"a\":2,\"b\":{\"c\":\"y\",\"d\":6},\"e.f\":0.5}");
        assertThat(DuckDb.texts(
                        folder,
                        "SELECT a || b.c || coalesce(b.d, CAST(_rest->>'$.\"b.d\"' AS BIGINT))"
                                + " FROM read_parquet('p.*.parquet', union_by_name = true) ORDER BY a"))
                .containsExactly("1x5", "2y6");
    }

    @Test
    void tenThousandLeavesBecomeColumnsOfJsonInsteadOfTooManyColumns() throws Exception {
        List<SourceField> deep = new ArrayList<>();
        IntStream.range(0, 100)
                .forEach(i -> IntStream.range(0, 100)
                        .forEach(j -> deep.add(new SourceField("g%02d.f%02d".formatted(i, j), "long"))));
        Columns columns = new Columns(deep, DEFAULTS);
        assertThat(columns.facts())
                .hasSize(100)
                .allSatisfy(fact -> assertThat(fact).containsEntry("type", "json"));
        assertThat(row(columns, "{\"g01\":{\"f01\":1},\"g02\":{\"f02\":[1]}}").path("g01"))
                .isEqualTo(json("{'f01':1}"));
        List<SourceField> flat = IntStream.range(0, 10_000)
                .mapToObj(i -> new SourceField("f%05d".formatted(i), "long"))
                .toList();
        Columns wide = new Columns(flat, DEFAULTS);
        assertThat(wide.facts()).hasSize(2_000);
        assertThat(row(wide, "{\"f09999\":1,\"f00001\":2}").path("_rest")).isEqualTo(json("{'f09999':1}"));
    }

    @Test
    void halfASurrogatePairInANameOrAValueLosesNothingAndLeavesTheFileReadable() throws Exception {
        Columns columns =
                new Columns(mapping("a:keyword", "j:flattened"), new Columns.Options(Set.of(), false, true, false));
        String document = "{\"a\":\"\\ud800\",\"j\":{\"\\udc00\":1},\"x\\ud800y\":\"\\udfff\"}";
        write("one.parquet", columns, document);
        assertThat(DuckDb.texts(folder, "SELECT _source FROM 'one.parquet'")).containsExactly(document);
        assertThat(DuckDb.texts(folder, "SELECT j FROM 'one.parquet'")).containsExactly("{\"\\udc00\":1}");
        assertThat(DuckDb.texts(folder, "SELECT _rest FROM 'one.parquet'"))
                .containsExactly("{\"a\":\"\\ud800\",\"x\\\\ud800y\":\"\\udfff\"}");
    }

    @Test
    void columnsAreInGroupsAtADepthOfTwenty() throws Exception {
        String path = String.join(".", java.util.Collections.nCopies(20, "o"));
        Columns columns = new Columns(mapping(path + ":long"), DEFAULTS);
        String deep = "{\"o\":".repeat(20) + "7" + "}".repeat(20);
        JsonNode row = row(columns, deep);
        assertThat(row.at("/" + path.replace('.', '/')).longValue()).isEqualTo(7);
        assertThat(row.path("_rest").isNull()).isTrue();
    }

    @Test
    void aDamagedFileIsNotCounted() throws Exception {
        Columns columns = new Columns(mapping("a:keyword"), DEFAULTS);
        Path file = write("x.parquet", columns, "{\"a\":\"some text that is long enough to be there\"}");
        byte[] right = Files.readAllBytes(file);
        for (int at = 0; at < right.length; at += 7) {
            byte[] wrong = right.clone();
            wrong[at] ^= 0x55;
            Files.write(file, java.util.Arrays.copyOf(wrong, right.length - 1));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> RowCount.of(file));
        }
        int inPage = new String(right, StandardCharsets.ISO_8859_1).indexOf("long enough");
        right[inPage] ^= 1;
        Files.write(file, right);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> RowCount.of(file));
    }
}
