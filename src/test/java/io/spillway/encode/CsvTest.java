package io.spillway.encode;

import static io.spillway.encode.CsvSample.columns;
import static io.spillway.encode.CsvSample.document;
import static io.spillway.encode.CsvSample.part;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import io.spillway.encode.CsvOptions.ArrayForm;
import io.spillway.encode.CsvOptions.Unlisted;
import io.spillway.source.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    private static final CsvOptions JOINED = new CsvOptions(ArrayForm.JOIN, "|", false, false, Unlisted.NOTE);
    private static final CsvOptions ESCAPED = new CsvOptions(ArrayForm.JSON, "|", false, true, Unlisted.NOTE);
    private static final CsvOptions STRICT = new CsvOptions(ArrayForm.JSON, "|", false, false, Unlisted.STOP);

    // Rows

    @Test
    void everyPartBeginsWithTheHeader() throws Exception {
        CsvColumns columns = columns("id", "a.b");
        assertThat(part(new Csv(columns, CsvOptions.DEFAULTS), List.of())).isEqualTo("id,a.b\r\n".getBytes(UTF_8));
        assertThat(part(new Csv(columns, CsvOptions.DEFAULTS), List.of(document("{\"id\":1}"))))
                .isEqualTo("id,a.b\r\n1,\r\n".getBytes(UTF_8));
    }

    @Test
    void linesEndInCarriageReturnAndLineFeed() throws Exception {
        assertThat(row("{\"x\":1}", "x", "y")).isEqualTo("1,\r\n");
    }

    @Test
    void columnsKeepTheirOrderWhateverTheDocuments() throws Exception {
        assertThat(row("{\"a\":1,\"b\":2}", "b", "a")).isEqualTo("2,1\r\n");
        assertThat(row("{\"b\":2,\"a\":1}", "b", "a")).isEqualTo("2,1\r\n");
    }

    @Test
    void aRowContainsNothingOfThePreviousOne() throws Exception {
        Csv csv = new Csv(columns("a", "b"), CsvOptions.DEFAULTS);
        assertThat(part(csv, List.of(document("{\"a\":[1],\"b\":2}"), document("{\"b\":3}"), document("{}"))))
                .isEqualTo("a,b\r\n[1],2\r\n,3\r\n,\r\n".getBytes(UTF_8));
    }

    @Test
    void aRowIsWholeInTheStreamWhenEncodeReturns() throws Exception {
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        Csv csv = new Csv(columns("a"), CsvOptions.DEFAULTS);
        csv.encode(document("{\"a\":\"é\"}"), first);
        csv.encode(document("{\"a\":2}"), second);
        assertThat(first.toString(UTF_8)).isEqualTo("é\r\n");
        assertThat(second.toString(UTF_8)).isEqualTo("2\r\n");
    }

    @Test
    void theStreamIsNeitherFlushedNorClosed() throws Exception {
        OutputStream out = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                throw new AssertionError("flushed");
            }

            @Override
            public void close() {
                throw new AssertionError("closed");
            }
        };
        new Csv(columns("a"), CsvOptions.DEFAULTS).encode(document("{\"a\":1}"), out);
        assertThat(out.toString()).isEqualTo("1\r\n");
    }

    @Test
    void aFailureToWriteIsRethrownUnchanged() throws Exception {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("disk full");
            }
        };
        Csv csv = new Csv(columns("a"), CsvOptions.DEFAULTS);
        Document document = document("{\"a\":1}");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> csv.encode(document, full))
                .withMessage("disk full");
    }

    // Cells

    @Test
    void aQuoteInsideAFieldIsDoubled() throws Exception {
        assertThat(row("{\"a\":\"say \\\"hi\\\"\",\"b\":1}", "a", "b")).isEqualTo("\"say \"\"hi\"\"\",1\r\n");
    }

    @Test
    void aCommaIsQuoted() throws Exception {
        assertThat(row("{\"a\":\"x,y\"}", "a")).isEqualTo("\"x,y\"\r\n");
    }

    @Test
    void lineBreaksStayInsideQuotes() throws Exception {
        assertThat(row("{\"a\":\"1\\n2\",\"b\":\"3\\r\\n4\",\"c\":\"5\\r6\"}", "a", "b", "c"))
                .isEqualTo("\"1\n2\",\"3\r\n4\",\"5\r6\"\r\n");
    }

    @Test
    void spacesAtTheEndsOfAStringAreKept() throws Exception {
        assertThat(row("{\"a\":\" x \"}", "a")).isEqualTo(" x \r\n");
    }

    @Test
    void nullAndAbsentAreEmptyAndTheEmptyStringIsQuoted() throws Exception {
        assertThat(row("{\"a\":null,\"c\":\"\"}", "a", "b", "c")).isEqualTo(",,\"\"\r\n");
    }

    @Test
    void aRowOfOneColumnIsNeverAnEmptyLine() throws Exception {
        assertThat(row("{}", "a")).isEqualTo("\"\"\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.10",
                "1e400",
                "1E+400",
                "-0.0",
                "0.1000000000000000055511151231257827",
                "9223372036854775808",
                "18446744073709551615",
                "123456789012345678901234567890123456789012345678901234567890",
                "1e-400"
            })
    void aNumberKeepsItsOwnDigits(String number) throws Exception {
        assertThat(row("{\"a\": " + number + " }", "a")).isEqualTo(number + "\r\n");
    }

    @Test
    void trueAndFalseAreWritten() throws Exception {
        assertThat(row("{\"a\":true,\"b\":false}", "a", "b")).isEqualTo("true,false\r\n");
    }

    @Test
    void escapesAreDecoded() throws Exception {
        assertThat(row("{\"a\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\/\\\\\\t\\b\\f|é€😀\"}", "a"))
                .isEqualTo("Aé€😀/\\\t\b\f|é€😀\r\n");
    }

    @Test
    void theCharacterZeroIsWritten() throws Exception {
        assertThat(row("{\"a\":\"x\\u0000y\"}", "a")).isEqualTo("x\0y\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\uDC00", "\\ud800x", "\\udc00\\ud800", "\\ud800\\n", "\\ud800\\ud800"})
    void halfASurrogatePairKeepsItsEscape(String escapes) throws Exception {
        assertThat(row("{\"a\":\"" + escapes.replace("\\n", "\\u0041") + "\"}", "a"))
                .isEqualTo(escapes.replace("\\n", "A") + "\r\n");
    }

    @Test
    void unicodeLineSeparatorsAreUnchanged() throws Exception {
        assertThat(row("{\"a\":\"1\u20282\u20293\u00854\"}", "a")).isEqualTo("1\u20282\u20293\u00854\r\n");
    }

    @Test
    void bytesThatAreNotUtf8AreReplacedAsInJsonLines() throws Exception {
        byte[] source = "{\"a\":\"x???y\",\"b\":[\"?\"]}".getBytes(UTF_8);
        source[7] = (byte) 0xED;
        source[8] = (byte) 0xA0;
        source[9] = (byte) 0x80;
        source[19] = (byte) 0xFF;
        Csv csv = new Csv(columns("a", "b"), CsvOptions.DEFAULTS);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        csv.encode(document(source), out);
        assertThat(out.toString(UTF_8)).isEqualTo("x\uFFFD\uFFFD\uFFFDy,\"[\"\"\uFFFD\"\"]\"\r\n");
    }

    @Test
    void aDocumentWithCommentsAndLineBreaksIsReadAsOneLine() throws Exception {
        String source = "{ // one\n \"a\" : /* two */ [ 1 ,\r\n\t2 ] ,\n \"b\" : \"/* text */\" }";
        assertThat(row(source, "a", "b")).isEqualTo("\"[ 1 ,\t2 ]\",/* text */\r\n");
    }

    // Objects and arrays

    @Test
    void membersOfObjectsHaveDottedColumns() throws Exception {
        assertThat(row("{\"a\":{\"b\":{\"c\":1},\"d\":2}}", "a.b.c", "a.d")).isEqualTo("1,2\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"b\":{\"c\":1}}}",
                "{\"a.b.c\":1}",
                "{\"a\":{\"b.c\":1}}",
                "{\"a.b\":{\"c\":1}}",
                "{\"a\\u002eb\":{\"\\u0063\":1}}"
            })
    void aDottedNameIsTheSamePath(String source) throws Exception {
        assertThat(row(source, "a.b.c")).isEqualTo("1\r\n");
    }

    @Test
    void aNameWithAColumnAsPrefixIsAnotherField() throws Exception {
        assertThat(row("{\"ab\":1,\"a\":2,\"\":3,\"abc\":4}", "ab")).isEqualTo("1\r\n");
    }

    @Test
    void anObjectUnderItsOwnColumnIsJsonText() throws Exception {
        assertThat(row("{\"a\":{ \"b\":1.10,\"c\":\"x\\u0041\"}}", "a", "z"))
                .isEqualTo("\"{ \"\"b\"\":1.10,\"\"c\"\":\"\"x\\u0041\"\"}\",\r\n");
    }

    @Test
    void anObjectMayBeAColumnBesideItsMembers() throws Exception {
        assertThat(row("{\"a\":{\"b\":1,\"c\":2}}", "a", "a.b")).isEqualTo("\"{\"\"b\"\":1,\"\"c\"\":2}\",1\r\n");
    }

    @Test
    void aDottedNameBelowAColumnIsAnObjectOfOneMember() throws Exception {
        assertThat(row("{\"a.b\":1}", "a:flattened", "z")).isEqualTo("\"{\"\"b\"\":1}\",\r\n");
        assertThat(row("{\"a.b\":{\"c\":2}}", "a", "a.b.c")).isEqualTo("\"{\"\"b\"\":{\"\"c\"\":2}}\",2\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{\"m\":{\"time\":10,\"time.min\":1,\"time.max\":500}}; 10,1,500",
                "{\"m.time\":11,\"m.time.min\":2}; 11,2,",
                "{\"m\":{\"time.min\":2}}; ,2,",
                "{\"m\":{\"time\":10},\"m.time.min\":1}; 10,1,",
                "{\"m.time.max\":3,\"m\":{\"time\":10}}; 10,,3",
                "{\"m\":{\"time\":{\"min\":1,\"max\":2}}}; ,1,2",
                "{\"m\":[{\"time\":10,\"time.min\":1},{\"time\":20,\"time.max\":2}]}; \"[10,20]\",[1],[2]",
                "{\"m\":[{\"time\":[1,2]},{\"time.min\":[3,4]}]}; \"[1,2]\",\"[3,4]\",",
                "{\"m.time\":[ 1, 2]}; \"[ 1, 2]\",,",
                "{\"m\":{\"time\":[7,{\"min\":8},[9]]}}; \"[7,9]\",[8],",
                "{\"m\":{\"time\":\"{\"}}; {,,",
                "{\"m\":{\"time\":[\"{\\\"\"]}}; \"[\"\"{\\\"\"\"\"]\",,"
            })
    void fieldsWithACommonPrefixHaveACellEach(String source, String row) throws Exception {
        assertThat(row(source, "m.time:long", "m.time.min:long", "m.time.max:long"))
                .isEqualTo(row + "\r\n");
    }

    @Test
    void fieldsWithACommonPrefixHaveACellEachAtAnyDepth() throws Exception {
        assertThat(row(
                        "{\"a\":1,\"a.b\":2,\"a.b.c\":3,\"a.b.c.d\":4}",
                        "a:long",
                        "a.b:long",
                        "a.b.c:long",
                        "a.b.c.d:long"))
                .isEqualTo("1,2,3,4\r\n");
        assertThat(row("{\"a\":1,\"a.b.c.d\":4}", "a:long", "a.b.c.d:long", "a.b:long"))
                .isEqualTo("1,4,\r\n");
    }

    @Test
    void aDottedNameBelowAPlainFieldIsLeftOutOfItsCell() throws Exception {
        assertThat(leftOut(List.of("m.time"), "{\"m\":{\"time\":10,\"time.min\":1}}"))
                .containsExactly(entry("m.time.min", 1L));
        assertThat(row("{\"m\":{\"time\":10,\"time.min\":1}}", "m.time", "z")).isEqualTo("10,\r\n");
    }

    @Test
    void anObjectInPlaceOfAPlainValueIsJsonText() throws Exception {
        assertThat(row("{\"a\":{\"b\":1}}", "a:long", "z")).isEqualTo("\"{\"\"b\"\":1}\",\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "{\"a\":1,\"a.b\":2}; 1,2",
                "{\"a.b\":2,\"a\":1}; 1,2",
                "{\"a\":null,\"a.b\":2}; ,2",
                "{\"a\":[1,3],\"a.b\":2}; \"[1,3]\",2",
                "{\"a\":{\"b\":2}}; \"{\"\"b\"\":2}\",2",
                "{\"a.b\":2}; \"{\"\"b\"\":2}\",2"
            })
    void anUnmappedFieldIsNotAnObjectIfADocumentHasAValueForIt(String source, String row) throws Exception {
        CsvColumns columns = CsvColumns.named(List.of("a", "a.b"), CsvSample.open(List.of()));
        assertThat(part(
                        new Csv(columns, CsvOptions.DEFAULTS),
                        List.of(document("{\"a\":5,\"a.b\":6}"), document(source))))
                .isEqualTo(("a,a.b\r\n5,6\r\n" + row + "\r\n").getBytes(UTF_8));
    }

    @Test
    void valuesLeftOutOfACellByAnotherValueAreCounted() throws Exception {
        CsvColumns columns = CsvColumns.named(List.of("a"), CsvSample.open(List.of()));
        Csv csv = new Csv(columns, CsvOptions.DEFAULTS);
        part(csv, List.of(document("{\"a\":1,\"a.b\":2}"), document("{\"a.b\":2}"), document("{\"a\":1}")));
        assertThat(csv.leftOut()).containsExactly(entry("a.b", 1L));
    }

    // Metadata of a document

    @Test
    void theIdIsAColumn() throws Exception {
        assertThat(part(new Csv(columns("_id", "t"), CsvOptions.DEFAULTS), List.of(document("{\"t\":\"a\"}"))))
                .isEqualTo("_id,t\r\n7,a\r\n".getBytes(UTF_8));
    }

    @Test
    void indexAndRoutingMayAlsoBeColumnsInAnyOrder() throws Exception {
        assertThat(row("{\"t\":\"a\"}", "t", "_routing", "_index", "_id")).isEqualTo("a,,books,7\r\n");
    }

    @Test
    void anIdIsAddedOnceAndFirst() throws Exception {
        assertThat(columns("t").withId(List.of()).names()).containsExactly("_id", "t");
        assertThat(columns("t", "_id").withId(List.of()).names()).containsExactly("t", "_id");
    }

    @Test
    void aDocumentsOwnFieldOfThatNameIsLeftOutAndCounted() throws Exception {
        Csv csv = new Csv(columns("_id", "t"), CsvOptions.DEFAULTS);
        assertThat(part(csv, List.of(document("{\"_id\":\"mine\",\"t\":1}"))))
                .isEqualTo("_id,t\r\n7,1\r\n".getBytes(UTF_8));
        assertThat(csv.leftOut()).containsExactly(entry("_id", 1L));
    }

    // Contents of cells

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1 null -0 123456789012345678901234567890; integer",
                "1 1.0; number",
                "1e3; number",
                "\"1\"; string",
                "\"\" null; string",
                "1 \"1\"; any",
                "true false; boolean",
                "[1]; any",
                "{}; any",
                "null; any"
            })
    void aColumnHasTheTypeOfAllItsCells(String values, String type) throws Exception {
        Csv csv = new Csv(columns("a.b", "z"), CsvOptions.DEFAULTS);
        for (String value : values.split(" ", -1)) {
            csv.encode(document("{\"a\":{\"b\":" + value + "}}"), OutputStream.nullOutputStream());
        }
        assertThat(csv.columnKinds().types()).containsExactly(type, "any");
    }

    @Test
    void typesOfSeveralPartsAreMerged() throws Exception {
        ColumnKinds all = new ColumnKinds();
        all.add(new ColumnKinds());
        for (String value : List.of("1", "2.5", "null")) {
            Csv csv = new Csv(columns("a", "z"), CsvOptions.DEFAULTS);
            csv.encode(document("{\"a\":" + value + "}"), OutputStream.nullOutputStream());
            all.add(csv.columnKinds());
        }
        assertThat(all.types()).containsExactly("number", "any");
    }

    @Test
    void joinedArraysAreText() throws Exception {
        Csv csv = new Csv(columns("a"), JOINED);
        csv.encode(document("{\"a\":[1,2]}"), OutputStream.nullOutputStream());
        assertThat(csv.columnKinds().types()).containsExactly("string");
    }

    @Test
    void belowAnArrayOfObjectsACellHoldsAnArray() throws Exception {
        Csv csv = new Csv(columns("a.b"), CsvOptions.DEFAULTS);
        csv.encode(document("{\"a\":[{\"b\":1}]}"), OutputStream.nullOutputStream());
        assertThat(csv.columnKinds().types()).containsExactly("any");
    }

    @Test
    void anArrayIsItsJsonText() throws Exception {
        assertThat(row("{\"a\":[\"x\",1.0, null,{\"y\":[]}]}", "a"))
                .isEqualTo("\"[\"\"x\"\",1.0, null,{\"\"y\"\":[]}]\"\r\n");
        assertThat(row("{\"a\":[],\"b\":[1]}", "a", "b")).isEqualTo("[],[1]\r\n");
    }

    @Test
    void valuesOfAnArrayOfObjectsAreInOneArray() throws Exception {
        assertThat(row("{\"author\":[{\"name\":\"A\",\"n\":1},{\"name\":\"B\"}]}", "author.name", "author.n"))
                .isEqualTo("\"[\"\"A\"\",\"\"B\"\"]\",[1]\r\n");
    }

    @Test
    void arraysAmongTheValuesAreFlattenedIntoOneArray() throws Exception {
        assertThat(row("{\"a\":[{\"b\":[1,2]},{\"b\":[ ]},[{\"b\":3}],[[]],{\"b\":null},{\"b\":[[4]]}]}", "a.b"))
                .isEqualTo("\"[1,2,3,null,[4]]\"\r\n");
    }

    @Test
    void anArrayOfObjectsWithoutTheMemberIsEmpty() throws Exception {
        assertThat(row("{\"a\":[{\"c\":1},{}]}", "a.b", "z")).isEqualTo(",\r\n");
    }

    @Test
    void aRepeatedPathHasBothValues() throws Exception {
        assertThat(row("{\"a.b\":1,\"a\":{\"b\":\"x\"}}", "a.b")).isEqualTo("\"[1,\"\"x\"\"]\"\r\n");
    }

    @Test
    void arraysAreJoinedOnRequest() throws Exception {
        assertThat(row(JOINED, "{\"a\":[\"x\\n\",1.10,true,null,[2,3],{\"y\":4}]}", "a"))
                .isEqualTo("\"x\n|1.10|true||[2,3]|{\"\"y\"\":4}\"\r\n");
    }

    @Test
    void valuesOfAnArrayOfObjectsAreJoinedLikeAnArray() throws Exception {
        assertThat(row(JOINED, "{\"a\":[{\"b\":\"x\"},{\"b\":[\"y\",\"z\"]}]}", "a.b"))
                .isEqualTo("x|y|z\r\n");
    }

    @Test
    void anEmptyJoinedArrayIsAnEmptyText() throws Exception {
        assertThat(row(JOINED, "{\"a\":[]}", "a", "b")).isEqualTo("\"\",\r\n");
    }

    @Test
    void theSeparatorMayBeAnyText() throws Exception {
        CsvOptions options = new CsvOptions(ArrayForm.JOIN, "; ", false, false, Unlisted.NOTE);
        assertThat(row(options, "{\"a\":[1,2]}", "a")).isEqualTo("1; 2\r\n");
    }

    @Test
    void joinedValuesNeedASeparator() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CsvOptions(ArrayForm.JOIN, "", false, false, Unlisted.NOTE));
    }

    @Test
    void allOfManyValuesOfADocumentAreWritten() throws Exception {
        StringBuilder array = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            array.append(i == 0 ? "" : ",").append("{\"b\":").append(i).append('}');
            expected.append(i == 0 ? "" : ",").append(i);
        }
        assertThat(row("{\"a\":[" + array + "]}", "a.b")).isEqualTo("\"[" + expected + "]\"\r\n");
    }

    @Test
    void depthIsNotLimited() throws Exception {
        String deep = "[".repeat(100_000) + "{\"b\":1}" + "]".repeat(100_000);
        assertThat(row("{\"a\":" + deep + "}", "a.b")).isEqualTo("[1]\r\n");
    }

    // Changes to data are off by default

    @Test
    void aByteOrderMarkIsWrittenOnlyOnRequest() throws Exception {
        CsvOptions options = new CsvOptions(ArrayForm.JSON, "|", true, false, Unlisted.NOTE);
        assertThat(part(new Csv(columns("a"), options), List.of(document("{\"a\":1}"))))
                .isEqualTo("\uFEFFa\r\n1\r\n".getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@x", "\\tx", "\\rx", "\\nx", "＝1", "＋1", "－1", "＠x"})
    void textThatLooksLikeAFormulaGetsAnApostropheOnRequest(String text) throws Exception {
        String decoded = text.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n");
        boolean quoted = decoded.indexOf('\n') >= 0 || decoded.indexOf('\r') >= 0;
        String source = "{\"a\":\"" + text + "\"}";
        assertThat(row(ESCAPED, source, "a")).isEqualTo((quoted ? "\"'" + decoded + "\"" : "'" + decoded) + "\r\n");
        assertThat(row(source, "a")).isEqualTo((quoted ? "\"" + decoded + "\"" : decoded) + "\r\n");
    }

    @Test
    void numbersAreNotFormulas() throws Exception {
        assertThat(row(ESCAPED, "{\"a\":-1.5,\"b\":\"x=1\",\"c\":\"\"}", "a", "b", "c"))
                .isEqualTo("-1.5,x=1,\"\"\r\n");
    }

    @Test
    void joinedTextMayBeAFormulaButOneNumberIsNot() throws Exception {
        CsvOptions options = new CsvOptions(ArrayForm.JOIN, "|", false, true, Unlisted.NOTE);
        assertThat(row(options, "{\"a\":[\"=x\",\"y\"],\"b\":[-1],\"c\":[-1,2],\"d\":[\"-1\"]}", "a", "b", "c", "d"))
                .isEqualTo("'=x|y,-1,'-1|2,'-1\r\n");
    }

    @Test
    void theHeaderIsEscapedLikeAnyText() throws Exception {
        assertThat(part(new Csv(columns("@timestamp", "a"), ESCAPED), List.of()))
                .isEqualTo("'@timestamp,a\r\n".getBytes(UTF_8));
        assertThat(part(new Csv(columns("@timestamp", "a"), CsvOptions.DEFAULTS), List.of()))
                .isEqualTo("@timestamp,a\r\n".getBytes(UTF_8));
    }

    @Test
    void theFactsDescribeWhatTheFileDoesNot() throws Exception {
        CsvColumns columns = columns("a", "b.c");
        assertThat(CsvOptions.DEFAULTS.facts(columns))
                .containsExactly(
                        entry("columns", List.of("a", "b.c")),
                        entry("header", "each part"),
                        entry("arrays", "json"),
                        entry("byte_order_mark", false),
                        entry("formulas_escaped", false));
        assertThat(new CsvOptions(ArrayForm.JOIN, ";", true, true, Unlisted.STOP).facts(columns))
                .contains(
                        entry("arrays", "join"),
                        entry("separator", ";"),
                        entry("byte_order_mark", true),
                        entry("formulas_escaped", true));
    }

    // Fields without a column

    @Test
    void fieldsWithoutAColumnAreCountedOncePerDocument() throws Exception {
        assertThat(leftOut(
                        List.of("a", "b.c"),
                        "{\"a\":1,\"x\":1,\"b\":{\"c\":1,\"d\":2},\"y\":{\"z\":1}}",
                        "{\"x\":[2],\"b\":[{\"d\":1},{\"d\":2}],\"b.d\":3}"))
                .containsExactly(entry("b.d", 2L), entry("x", 2L), entry("y", 1L));
    }

    @Test
    void nothingIsLeftOutIfEveryFieldHasAColumn() throws Exception {
        assertThat(leftOut(List.of("a", "b.c"), "{\"a\":{\"deep\":1},\"b\":{\"c\":[{\"x\":1}]}}", "{}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "[null, [], {}]", "[[ ]]"})
    void emptyValuesAreNotLeftOut(String value) throws Exception {
        assertThat(leftOut(List.of("a", "b.c"), "{\"x\":" + value + ",\"b\":" + value + "}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {"0", "\"\"", "false", "[null,0]", "{\"\":null}", "\"null\""})
    void nonEmptyValuesAreLeftOut(String value) throws Exception {
        assertThat(leftOut(List.of("a"), "{\"x\":" + value + "}")).containsExactly(entry("x", 1L));
    }

    @Test
    void aScalarWhereColumnsExpectAnObjectIsLeftOut() throws Exception {
        assertThat(leftOut(List.of("a.b"), "{\"a\":1}", "{\"a\":[{\"b\":1},\"x\"]}"))
                .containsExactly(entry("a", 2L));
    }

    @Test
    void fieldsInJsonTextOfAColumnAreNotLeftOut() throws Exception {
        assertThat(leftOut(List.of("a", "a.b"), "{\"a\":{\"c\":1,\"b\":{\"d\":1}},\"a.e.f\":1}"))
                .isEmpty();
    }

    @Test
    void theNumberOfKeptPathsIsLimited() throws Exception {
        StringBuilder source = new StringBuilder("{\"a\":1");
        for (int i = 0; i < 1_500; i++) {
            source.append(",\"x").append(i).append("\":1");
        }
        source.append('}');
        Map<String, Long> leftOut = leftOut(List.of("a"), source.toString(), source.toString(), "{\"x0\":1}");
        assertThat(leftOut).hasSize(1_001).containsEntry("x0", 3L).containsEntry("…", 2L);
    }

    @Test
    void anOverlongPathIsNotKept() throws Exception {
        assertThat(leftOut(List.of("a"), "{\"" + "x".repeat(60_000) + "\":1}")).containsExactly(entry("…", 1L));
    }

    @Test
    void stoppingNamesTheFieldAndTheDocumentAndWritesNothing() throws Exception {
        Csv csv = new Csv(columns("a", "b.c"), STRICT);
        Document document = document("{\"a\":1,\"b\":{\"d\":2}}");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatExceptionOfType(FieldLeftOutException.class)
                .isThrownBy(() -> csv.encode(document, out))
                .withMessage("no column for field \"b.d\" of document \"7\" in index \"books\"")
                .satisfies(e -> assertThat(e.path()).isEqualTo("b.d"))
                .satisfies(e -> assertThat(e.idAsJson()).isEqualTo("\"7\""));
        assertThat(out.size()).isZero();
    }

    @Test
    void stoppingAcceptsDocumentsWithoutOtherFields() throws Exception {
        assertThat(row(STRICT, "{\"a\":1,\"x\":null}", "a")).isEqualTo("1\r\n");
    }

    @Test
    void theMessageOfAStopIsOneShortLine() throws Exception {
        Csv csv = new Csv(columns("a"), STRICT);
        Document document = document("{\"\\n" + "x".repeat(60_000) + "\":1}");
        assertThatExceptionOfType(FieldLeftOutException.class)
                .isThrownBy(() -> csv.encode(document, OutputStream.nullOutputStream()))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(300));
    }

    private static String row(String source, String... columns) throws Exception {
        return row(CsvOptions.DEFAULTS, source, columns);
    }

    private static String row(CsvOptions options, String source, String... columns) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Csv(columns(columns), options).encode(document(source), out);
        return out.toString(UTF_8);
    }

    private static Map<String, Long> leftOut(List<String> columns, String... sources) throws Exception {
        Csv csv = new Csv(columns(columns.toArray(String[]::new)), CsvOptions.DEFAULTS);
        List<Document> documents = new ArrayList<>();
        for (String source : sources) {
            documents.add(document(source));
        }
        part(csv, documents);
        return csv.leftOut();
    }
}
