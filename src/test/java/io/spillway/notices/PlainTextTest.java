package io.spillway.notices;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlainTextTest {
    /** A family of four: seven code points that people see as one character. */
    private static final String FAMILY = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66";

    @Test
    void lineEndsAndControlCharactersAreSpaces() {
        assertThat(PlainText.line(" a\r\nb\u2028c\td\u0000e\u001B[31mf\u0085g ", 100))
                .isEqualTo("a b c d e [31mf g");
    }

    @Test
    void charactersThatReverseTextAreRemovedAndLettersAreNot() {
        assertThat(PlainText.line("a\u202Eb\u2066c\u202C עברית", 100)).isEqualTo("abc עברית");
    }

    @Test
    void halfACharacterIsReplaced() {
        assertThat(PlainText.line("a\uD83Db\uFFFEc", 100)).isEqualTo("a\uFFFDb\uFFFDc");
    }

    @Test
    void aTextIsCutBetweenVisibleCharacters() {
        assertThat(PlainText.line(FAMILY.repeat(3), 60)).isEqualTo(FAMILY.repeat(2) + "…");
        assertThat(PlainText.line("e\u0301".repeat(10), 12)).isEqualTo("e\u0301".repeat(3) + "…");
        assertThat(PlainText.line("\uD83C\uDDE9\uD83C\uDDEA".repeat(3), 20))
                .isEqualTo("\uD83C\uDDE9\uD83C\uDDEA".repeat(2) + "…");
    }

    @Test
    void aTextThatFitsIsNotCut() {
        assertThat(PlainText.line("ä".repeat(5), 10)).isEqualTo("ä".repeat(5));
        assertThat(PlainText.line("ä".repeat(6), 10)).isEqualTo("äää…");
    }

    @Test
    void aCharacterWithEndlessMarksIsNotShown() {
        String cut = PlainText.line("Z" + "\u0300".repeat(5_000), 100);
        assertThat(cut.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(100);
    }
}
