package io.spillway.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * A random JSON value as bytes, and the expected copy on one line. Both grow together, token by token and gap by gap,
 * so that the expected copy does not depend on the code under test.
 */
final class RandomJson {
    /** The text between two tokens of strict JSON, what remains of it, and the findings. */
    private static final Gap[] STRICT = {
        new Gap("", "", 0),
        new Gap("", "", 0),
        new Gap(" ", " ", 0),
        new Gap("\t", "\t", 0),
        new Gap(" \t  ", " \t  ", 0),
        new Gap("\n", "", JsonCursor.LINE_BREAK),
        new Gap("\r", "", JsonCursor.LINE_BREAK),
        new Gap("\r\n  ", "  ", JsonCursor.LINE_BREAK),
    };

    private static final Gap[] LENIENT = {
        new Gap("/**/", "", JsonCursor.COMMENT),
        new Gap("/* \" ' \\ { [ * / // \n \r */", "", JsonCursor.COMMENT),
        new Gap("/***/ ", " ", JsonCursor.COMMENT),
        new Gap("// to the end \" /* \n", "", JsonCursor.COMMENT | JsonCursor.LINE_BREAK),
        new Gap(" //\r", " ", JsonCursor.COMMENT | JsonCursor.LINE_BREAK),
        new Gap("\uFEFF", "", JsonCursor.BYTE_ORDER_MARK),
        new Gap(" \uFEFF\n", " ", JsonCursor.BYTE_ORDER_MARK | JsonCursor.LINE_BREAK),
    };

    private static final String[] NUMBERS = {
        "0",
        "-0",
        "-0.0",
        "1.0",
        "1.00",
        "0.1000",
        "1e2",
        "1E400",
        "1e-400",
        "-1.5E+07",
        "9223372036854775807",
        "18446744073709551615",
        "12345678901234567890.1234567890123456789",
        "0e0",
        "0E-0",
    };

    private static final String[] STRINGS = {
        "",
        "a",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b\\f\\n\\r\\t",
        "\\u0000",
        "\\uD83D\\uDE00",
        "\\ud800",
        "\\uDFFF",
        "\\uDC00\\uD800",
        "\\u000a\\u000D",
        "/* no comment */",
        "// none either",
        "{\\\"sort\\\":[1,2]}]}}",
        "\u007f",
        "\u0080",
        "\u07ff",
        "\u0800",
        "\ud7ff",
        "\ue000",
        "\uffff",
        "\ufeff",
        "\u2028\u2029\u0085",
        "\ud800\udc00",
        "\udbff\udfff",
        "日本語",
    };

    private final Random random;
    private final boolean lenient;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final ByteArrayOutputStream oneLine = new ByteArrayOutputStream();
    private int findings;

    private RandomJson(Random random, boolean lenient) {
        this.random = random;
        this.lenient = lenient;
    }

    /** Any value, without comments and byte order marks. */
    static RandomJson value(Random random) {
        RandomJson json = new RandomJson(random, false);
        json.nested(random.nextInt(4) == 0 ? random.nextInt(1_500) : random.nextInt(4));
        return json;
    }

    /** An object, with everything between its tokens that a document may have. */
    static RandomJson document(Random random) {
        RandomJson json = new RandomJson(random, true);
        json.token("{");
        json.gap();
        json.string();
        json.gap();
        json.token(":");
        json.gap();
        json.nested(random.nextInt(4) == 0 ? random.nextInt(1_500) : random.nextInt(4));
        json.gap();
        json.token("}");
        return json;
    }

    byte[] text() {
        return text.toByteArray();
    }

    byte[] oneLine() {
        return oneLine.toByteArray();
    }

    int findings() {
        return findings;
    }

    /** A separate gap before or after a document, of which nothing is copied. */
    static byte[] gapAround(Random random) {
        RandomJson json = new RandomJson(random, true);
        for (int i = random.nextInt(3); i > 0; i--) {
            json.gap();
        }
        return json.text();
    }

    /** A value below so many levels of arrays and objects. */
    private void nested(int levels) {
        StringBuilder closings = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            if (random.nextBoolean()) {
                token("[");
                closings.append(']');
            } else {
                token("{");
                gap();
                string();
                gap();
                token(":");
                closings.append('}');
            }
            gap();
        }
        value(3);
        for (int i = closings.length() - 1; i >= 0; i--) {
            gap();
            token(String.valueOf(closings.charAt(i)));
        }
    }

    private void value(int budget) {
        switch (random.nextInt(budget > 0 ? 7 : 5)) {
            case 0 -> token("true");
            case 1 -> token("false");
            case 2 -> token("null");
            case 3 -> string();
            case 4 -> number();
            case 5 -> members("[", "]", budget);
            default -> members("{", "}", budget);
        }
    }

    private void members(String open, String close, int budget) {
        token(open);
        gap();
        for (int i = random.nextInt(5); i > 0; i--) {
            if (open.equals("{")) {
                string();
                gap();
                token(":");
                gap();
            }
            value(budget - 1);
            gap();
            if (i > 1) {
                token(",");
                gap();
            }
        }
        token(close);
    }

    private void number() {
        if (random.nextBoolean()) {
            token(NUMBERS[random.nextInt(NUMBERS.length)]);
            return;
        }
        StringBuilder number = new StringBuilder(random.nextBoolean() ? "-" : "");
        number.append(random.nextInt(9) + 1).append(digits(random.nextInt(10) == 0 ? 400 : 20));
        if (random.nextBoolean()) {
            number.append('.').append(random.nextInt(10)).append(digits(30));
        }
        if (random.nextBoolean()) {
            number.append(random.nextBoolean() ? "e" : "E");
            number.append(new String[] {"", "+", "-"}[random.nextInt(3)]);
            number.append(random.nextInt(10)).append(digits(5));
        }
        token(number.toString());
    }

    private String digits(int most) {
        StringBuilder digits = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            digits.append(random.nextInt(10));
        }
        return digits.toString();
    }

    private void string() {
        StringBuilder string = new StringBuilder("\"");
        for (int i = random.nextInt(6); i > 0; i--) {
            string.append(
                    random.nextBoolean() ? STRINGS[random.nextInt(STRINGS.length)] : "x".repeat(random.nextInt(20)));
        }
        token(string.append('"').toString());
    }

    private void token(String token) {
        write(token, token, 0);
    }

    private void gap() {
        Gap gap = lenient && random.nextInt(4) == 0
                ? LENIENT[random.nextInt(LENIENT.length)]
                : STRICT[random.nextInt(STRICT.length)];
        write(gap.text(), gap.kept(), gap.findings());
    }

    private void write(String text, String kept, int found) {
        this.text.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        oneLine.writeBytes(kept.getBytes(StandardCharsets.UTF_8));
        findings |= found;
    }

    private record Gap(String text, String kept, int findings) {}
}
