package io.spillway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCursorTest {
    private static final int RUNS_A_SEED = 40;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValueEndsAtItsLastByte(long seed) throws MalformedJsonException {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS_A_SEED; run++) {
            RandomJson json = RandomJson.value(random);
            byte[] text = json.text();
            byte[] bytes = join("\t \n".getBytes(StandardCharsets.UTF_8), text, ",7]".getBytes(StandardCharsets.UTF_8));
            JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
            cursor.skipValue();
            assertThat(cursor.position()).isEqualTo(3 + text.length);
            assertThat(cursor.accept(',')).isTrue();

            JsonCursor known = JsonCursor.ofValid(bytes, 0, bytes.length);
            known.skipValue();
            assertThat(known.position()).isEqualTo(3 + text.length);
            JsonCursor alone = JsonCursor.ofValid(bytes, 3, 3 + text.length);
            alone.skipValue();
            assertThat(alone.position()).isEqualTo(3 + text.length);
        }
    }

    @Test
    void onlyTheVeryStringIsAccepted() throws MalformedJsonException {
        byte[] name = "näme".getBytes(StandardCharsets.UTF_8);
        for (String other : new String[] {
            "\"näm\":", "\"näme2\":", "\"nÄme\":", "\"n\\u00e4me\":", "näme:", "\"näme", "\"", "", "7", "{\"näme\":1}"
        }) {
            byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
            JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
            assertThat(cursor.acceptString(name)).as(other).isFalse();
            assertThat(cursor.position()).as(other).isZero();
        }
        byte[] bytes = " \"näme\" : 1".getBytes(StandardCharsets.UTF_8);
        for (int limit = 0; limit <= bytes.length; limit++) {
            JsonCursor cursor = new JsonCursor(bytes, 0, limit);
            assertThat(cursor.acceptString(name)).isEqualTo(limit >= 8);
            assertThat(cursor.position()).isEqualTo(limit >= 8 ? 8 : Math.min(limit, 1));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aDocumentEndsAtItsLastByteWhateverIsBetweenItsTokens(long seed) throws MalformedJsonException {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS_A_SEED; run++) {
            RandomJson json = RandomJson.document(random);
            byte[] before = RandomJson.gapAround(random);
            byte[] text = json.text();
            byte[] after = RandomJson.gapAround(random);
            byte[] bytes = join(before, text, after, ",\"sort\":[1,2]}".getBytes(StandardCharsets.UTF_8));

            JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
            assertThat(cursor.skipDocument()).isEqualTo(before.length);
            assertThat(cursor.position()).isEqualTo(before.length + text.length);
            assertThat(cursor.findings()).isEqualTo(json.findings());

            cursor.leaveDocument();
            cursor.expect(',');
            assertThat(cursor.name()).isEqualTo("sort");
        }
    }

    /**
     * One byte changed, removed or inserted, or the end cut off: a cursor that is not lenient accepts what Jackson
     * accepts and nothing else, and reports for every text whether it is UTF-8.
     */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void aCorruptedValueIsAcceptedExactlyIfJacksonAcceptsIt(long seed) {
        Random random = new Random(seed);
        int taken = 0;
        int refused = 0;
        for (int run = 0; run < 30; run++) {
            byte[] valid = shallow(random);
            for (int mutation = 0; mutation < 120; mutation++) {
                byte[] bytes = spoil(valid, random);
                JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
                boolean accepted = accepts(cursor);
                assertThat(accepted)
                        .as("%s", HexFormat.of().formatHex(bytes))
                        .isEqualTo(Jackson.acceptsStructureOf(bytes));
                if (accepted) {
                    assertThat((cursor.findings() & JsonCursor.NOT_UTF8) == 0)
                            .as("%s", HexFormat.of().formatHex(bytes))
                            .isEqualTo(Jackson.isUtf8(bytes, 0, bytes.length));
                    taken++;
                } else {
                    refused++;
                }
            }
        }
        assertThat(taken).as("corrupted but still JSON").isGreaterThan(100);
        assertThat(refused).as("corrupted and not JSON").isGreaterThan(100);
    }

    @ParameterizedTest(name = "byte {0} after the value")
    @ValueSource(ints = {0x00, 0x0B, 0x7F, 0x80, 0xA0, 0xEF, 0xFE, 0xFF})
    void onlyWhiteSpaceMayFollowAValue(int last) {
        byte[] bytes = {'{', '}', (byte) last};
        assertThat(accepts(new JsonCursor(bytes, 0, bytes.length))).isFalse();
    }

    /** The loop that reads eight bytes at a time, compared with one that reads each byte. */
    @Test
    void aStringEndsWhereAByteWiseReaderEndsIt() {
        int positions = 24;
        for (int offset = 0; offset <= 16; offset++) {
            for (int tail : new int[] {0, 9}) {
                byte[] bytes = new byte[offset + positions + 2 + tail];
                for (int position = 0; position < positions; position++) {
                    for (int value = 0; value < 256; value++) {
                        Arrays.fill(bytes, (byte) '"');
                        Arrays.fill(bytes, offset + 1, offset + 1 + positions, (byte) 'b');
                        bytes[offset + 1 + position] = (byte) value;
                        compareWithSingleBytes(bytes, offset);
                    }
                }
            }
        }
    }

    /** The same with two special bytes, so that the effect of a borrow on the next byte is visible. */
    @Test
    void twoSpecialBytesInOneWordAreBothDetected() {
        byte[] odd = {0, 1, 0x1F, 0x20, 0x21, '"', '#', '[', '\\', ']', 0x7F, (byte) 0x80, (byte) 0xC3, (byte) 0xFF};
        for (byte first : odd) {
            for (byte second : odd) {
                for (int a = 1; a <= 9; a++) {
                    for (int b = a + 1; b <= 10; b++) {
                        byte[] bytes = new byte[28];
                        Arrays.fill(bytes, (byte) 'b');
                        bytes[0] = '"';
                        bytes[a] = first;
                        bytes[b] = second;
                        bytes[20] = '"';
                        compareWithSingleBytes(bytes, 0);
                    }
                }
            }
        }
    }

    /** Before and after the sequence, each number of bytes up to two words: characters, escapes, surrogates, and none of them. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "C3A9",
                "E282AC",
                "F09F9880",
                "F09F9880E282ACC3A9",
                "5C6E",
                "5C5C",
                "5C22",
                "5C7530306539",
                "5C75643833645C7564653030",
                "5C7564383364",
                "C3",
                "E282",
                "F09F98",
                "EDA080",
                "C0A2",
                "80",
                "FF"
            })
    void aSequenceIsReadWholeWhereverItMeetsTheStepOfEightBytes(String hex) throws MalformedJsonException {
        byte[] sequence = HexFormat.of().parseHex(hex);
        for (int before = 0; before <= 16; before++) {
            for (int after = 0; after <= 16; after++) {
                byte[] bytes = join(
                        ("\"" + "b".repeat(before)).getBytes(StandardCharsets.UTF_8),
                        sequence,
                        ("b".repeat(after) + "\"").getBytes(StandardCharsets.UTF_8));
                JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
                cursor.skipValue();
                String what = "%d before and %d after".formatted(before, after);
                assertThat(cursor.position()).as(what).isEqualTo(bytes.length);
                assertThat(cursor.findings() == 0).as(what).isEqualTo(Jackson.isUtf8(bytes, 0, bytes.length));
                assertThat(endOfValid(bytes, 0)).as(what).isEqualTo(bytes.length);
                // The byte at the limit does not belong to the text, whatever it is.
                int limit = 1 + before + sequence.length;
                assertThatExceptionOfType(MalformedJsonException.class)
                        .as(what)
                        .isThrownBy(() -> new JsonCursor(bytes, 0, limit).skipValue())
                        .satisfies(e -> assertThat(e.position()).isEqualTo(limit));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "C280, 2",
        "DFBF, 2",
        "E0A080, 3",
        "ED9FBF, 3",
        "EE8080, 3",
        "EFBFBF, 3",
        "F0908080, 4",
        "F48FBFBF, 4",
    })
    void theFirstAndLastSequenceOfEachLengthIsUtf8(String hex, int length) throws MalformedJsonException {
        byte[] sequence = HexFormat.of().parseHex(hex);
        assertThat(Utf8.sequence(sequence, 0, sequence.length)).isEqualTo(length);
        assertThat(Utf8.sequence(sequence, 0, sequence.length - 1)).isZero();
        assertThat(findingsOf(document(sequence))).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"EDA080", "EDA0BDEDB880", "C080", "E080AF", "C0A2", "F4908080", "F5808080", "FF", "80", "F09F98"
            })
    void sequencesThatOtherDecodersTolerateAreNotUtf8(String hex) throws MalformedJsonException {
        assertThat(findingsOf(document(HexFormat.of().parseHex(hex)))).isEqualTo(JsonCursor.NOT_UTF8);
    }

    /** C0 A2 is an overlong quote: a decoder that accepts it ends the string here. */
    @Test
    void anOverlongQuoteDoesNotEndAString() throws MalformedJsonException {
        byte[] bytes = document(HexFormat.of().parseHex("C0A2"));
        JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
        cursor.skipDocument();
        assertThat(cursor.position()).isEqualTo(bytes.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{/**/}", "{//\n}", "{} // behind", "/* before */{}", "{\uFEFF}", "\uFEFF{}", "[1/**/]"})
    void commentsAndByteOrderMarksAreNotJsonOutsideADocument(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(accepts(new JsonCursor(bytes, 0, bytes.length))).isFalse();
    }

    @Test
    void aCommentLineAlsoEndsAtACarriageReturn() throws MalformedJsonException {
        byte[] bytes = "{// \"a\":1,\r\"b\":2}".getBytes(StandardCharsets.UTF_8);
        assertThat(findingsOf(bytes)).isEqualTo(JsonCursor.COMMENT | JsonCursor.LINE_BREAK);
    }

    @Test
    void aStringMayContainTextThatLooksLikeAComment() throws MalformedJsonException {
        assertThat(findingsOf("{\"/* a */\":\"// b\"}".getBytes(StandardCharsets.UTF_8)))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{/*}", "{/*/}", "{/}", "{//}", "{/* *"})
    void anUnterminatedCommentIsAnError(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> new JsonCursor(bytes, 0, bytes.length).skipDocument());
    }

    @Test
    void findingsDescribeOnlyTheInsideOfTheLastDocument() throws MalformedJsonException {
        byte[] bytes = "{\n\"a\":1} // behind\n, /* before */ {\"b\":2} // behind\n".getBytes(StandardCharsets.UTF_8);
        JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
        cursor.skipDocument();
        assertThat(cursor.findings()).isEqualTo(JsonCursor.LINE_BREAK);
        cursor.leaveDocument();
        cursor.expect(',');
        cursor.skipDocument();
        assertThat(cursor.findings()).isZero();
        cursor.leaveDocument();
        cursor.expectEnd();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "1", "null", "\"{}\"", ""})
    void aDocumentIsAnObject(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> new JsonCursor(bytes, 0, bytes.length).skipDocument());
    }

    @Test
    void theStackDoesNotGrowWithTheDepth() throws MalformedJsonException {
        int depth = 1_000_000;
        byte[] bytes = ("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}").getBytes(StandardCharsets.UTF_8);
        JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
        cursor.skipDocument();
        assertThat(cursor.position()).isEqualTo(bytes.length);
    }

    @Test
    void nothingBeyondTheLimitIsRead() {
        byte[] bytes = "{\"a\":\"0123456789\"}".getBytes(StandardCharsets.UTF_8);
        for (int limit = 0; limit < bytes.length; limit++) {
            JsonCursor cursor = new JsonCursor(bytes, 0, limit);
            assertThat(accepts(cursor)).as("limit %d", limit).isFalse();
            assertThat(cursor.position()).isLessThanOrEqualTo(limit);
        }
    }

    /** A text that is cut off fails at its end: that is how a caller distinguishes it from an invalid one. */
    @Test
    void aTextThatIsCutOffFailsAtItsEnd() {
        byte[] bytes =
                "{\"a\\u00e9\\n\":[true,false,null,-1.5e+3,{}],\"b\":\"\\uD83D\"}".getBytes(StandardCharsets.UTF_8);
        for (int limit = 0; limit < bytes.length; limit++) {
            int end = limit;
            assertThatExceptionOfType(MalformedJsonException.class)
                    .as("cut at %d", end)
                    .isThrownBy(() -> new JsonCursor(bytes, 0, end).skipValue())
                    .satisfies(
                            e -> assertThat(e.position()).as("cut at %d", end).isEqualTo(end));
        }
    }

    @Test
    void aMessageNamesThePositionAndNotTheText() {
        byte[] bytes = "{\"secret\":\"x\" \"y\"}".getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> new JsonCursor(bytes, 0, bytes.length).skipValue())
                .withMessage("',' or '}' expected at byte 14");
    }

    @ParameterizedTest
    @CsvSource({"-1, 2", "2, 1", "0, 5"})
    void aRangeOutsideTheArrayIsACallersMistake(int from, int limit) {
        assertThatIllegalArgumentException().isThrownBy(() -> new JsonCursor(new byte[4], from, limit));
    }

    private static int findingsOf(byte[] document) throws MalformedJsonException {
        JsonCursor cursor = new JsonCursor(document, 0, document.length);
        cursor.skipDocument();
        assertThat(cursor.position()).isEqualTo(document.length);
        return cursor.findings();
    }

    private static byte[] document(byte[] inString) {
        return join("{\"a\":\"".getBytes(StandardCharsets.UTF_8), inString, "\"}".getBytes(StandardCharsets.UTF_8));
    }

    private static boolean accepts(JsonCursor cursor) {
        try {
            cursor.skipValue();
            cursor.expectEnd();
            return true;
        } catch (MalformedJsonException e) {
            return false;
        }
    }

    private static void compareWithSingleBytes(byte[] bytes, int start) {
        JsonCursor cursor = new JsonCursor(bytes, start, bytes.length);
        int end;
        try {
            cursor.skipValue();
            end = cursor.position();
        } catch (MalformedJsonException e) {
            end = -1;
        }
        int expected = stringEnd(bytes, start);
        if (expected >= 0 && endOfValid(bytes, start) != expected) {
            assertThat(endOfValid(bytes, start))
                    .as("%s from %d is known to be valid", HexFormat.of().formatHex(bytes), start)
                    .isEqualTo(expected);
        }
        if (end != expected || (end >= 0 && (cursor.findings() == 0) != Jackson.isUtf8(bytes, start, end))) {
            assertThat(end)
                    .as("%s from %d", HexFormat.of().formatHex(bytes), start)
                    .isEqualTo(expected);
            assertThat(cursor.findings() == 0)
                    .as("%s from %d is UTF-8", HexFormat.of().formatHex(bytes), start)
                    .isEqualTo(Jackson.isUtf8(bytes, start, end));
        }
    }

    private static int endOfValid(byte[] bytes, int start) {
        JsonCursor cursor = JsonCursor.ofValid(bytes, start, bytes.length);
        try {
            cursor.skipValue();
        } catch (MalformedJsonException e) {
            throw new IllegalStateException("a valid string does not parse", e);
        }
        return cursor.position();
    }

    /** The position after the string's closing quote, or -1: byte by byte. Only two-byte escapes occur. */
    private static int stringEnd(byte[] bytes, int start) {
        int p = start + 1;
        while (p < bytes.length) {
            int b = bytes[p] & 0xFF;
            if (b == '"') {
                return p + 1;
            } else if (b < 0x20) {
                return -1;
            } else if (b == '\\') {
                if (p + 1 >= bytes.length || "\"\\/bfnrt".indexOf(bytes[p + 1]) < 0) {
                    return -1;
                }
                p++;
            }
            p++;
        }
        return -1;
    }

    private static byte[] shallow(Random random) {
        byte[] text = RandomJson.value(random).text();
        while (text.length > 400) {
            text = RandomJson.value(random).text();
        }
        return text;
    }

    private static byte[] spoil(byte[] valid, Random random) {
        byte[] alphabet = "{}[]:,\"\\/ \n\t0123456789.eE+-truefalsn*".getBytes(StandardCharsets.UTF_8);
        byte spoilt = random.nextBoolean()
                ? alphabet[random.nextInt(alphabet.length)]
                : (byte) (random.nextInt(4) == 0 ? 0xFF : random.nextInt(256));
        int place = random.nextInt(valid.length);
        byte[] head = Arrays.copyOf(valid, place);
        byte[] one = {spoilt};
        return switch (random.nextInt(5)) {
            case 0 -> head;
            case 1 -> join(head, one, Arrays.copyOfRange(valid, place, valid.length));
            case 2 -> join(head, Arrays.copyOfRange(valid, place + 1, valid.length));
            case 3 -> join(valid, one);
            default -> join(head, one, Arrays.copyOfRange(valid, place + 1, valid.length));
        };
    }

    static byte[] join(byte[]... pieces) {
        int length = 0;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        byte[] joined = new byte[length];
        int p = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, joined, p, piece.length);
            p += piece.length;
        }
        return joined;
    }
}
