package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The printed form of hostile text. */
class SafePrinterTest {
    private static final String HOSTILE = "a\u001b[2J\nforged\r\u0085\u009b\u202e\u2028\u2066\u007f";
    private static final String ESCAPED = "a\\u001b[2J\\u000aforged\\u000d\\u0085\\u009b\\u202e\\u2028\\u2066\\u007f";

    @Test
    void aPrintedLineStaysOneLine() {
        assertThat(printed(out -> out.println(HOSTILE))).isEqualTo(ESCAPED + "\n");
        assertThat(printed(out -> out.println((Object) HOSTILE))).isEqualTo(ESCAPED + "\n");
    }

    @Test
    void anArgumentOfAFormatStaysOnItsLine() {
        assertThat(printed(out -> out.printf("%s: %d%n", HOSTILE, 3))).isEqualTo(ESCAPED + ": 3\n");
        assertThat(printed(out -> out.printf("%5.1f %s%n", 2.5, null))).isEqualTo("  2.5 null\n");
    }

    @Test
    void aWholeTextKeepsItsLineEndsAndNoOtherControlCharacters() {
        assertThat(printed(out -> out.print("a\tb\nc\u001b[0m\r"))).isEqualTo("a\tb\nc\\u001b[0m\\u000d");
        assertThat(printed(out -> out.append("\u009b").write('\u001b'))).isEqualTo("\\u009b\\u001b");
    }

    @Test
    void jsonKeepsItsMeaning() throws Exception {
        String line = JsonText.line(Map.of("title", HOSTILE + "\\ \"quoted\" é 😀"));
        String printed = printed(out -> out.println(line));
        assertThat(printed).doesNotContainPattern("[\\p{Cc}&&[^\\n]]|\u202e|\u2028");
        assertThat(new ObjectMapper().readTree(printed).path("title").textValue())
                .isEqualTo(HOSTILE + "\\ \"quoted\" é 😀");
    }

    @Test
    void ordinaryTextInAnyLanguageIsPrintedUnchanged() {
        String text = "Zürich 東京 עברית العربية हिन्दी 👩\u200d👩\u200d👧 soft\u00adhyphen \u200c";
        assertThat(printed(out -> out.println(text))).isEqualTo(text + "\n");
    }

    @Test
    void theStatusLineOfATerminalIsReplacedWithoutForeignEscapeSequences() {
        assertThat(printed(out -> SafePrinter.status(out, HOSTILE))).isEqualTo("\r" + ESCAPED + "\u001b[K");
    }

    private static String printed(Consumer<PrintWriter> act) {
        StringWriter text = new StringWriter();
        SafePrinter out = new SafePrinter(new PrintWriter(text));
        act.accept(out);
        out.flush();
        return text.toString();
    }
}
