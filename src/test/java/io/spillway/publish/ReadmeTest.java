package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.support.SyntheticSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A publisher's words are text on the page, never markup. */
class ReadmeTest {
    /** Lines of the page for a dataset with harmless words, to compare with. */
    private static final int LINES = (int) readme("Title", "Description", "CC0-1.0", "https://example.org/")
            .lines()
            .count();

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            delimiter = '~',
            value = {
                "<script>alert(1)</script>~# &lt;script>alert(1)&lt;/script>",
                "<img src=x onerror=alert(1)>~# &lt;img src=x onerror=alert(1)>",
                "&lt;b&gt; & &amp;~# &amp;lt;b&amp;gt; &amp; &amp;amp;",
                "\"double\" 'single'~# \"double\" 'single'",
                "`code` ```fence~# \\`code\\` \\`\\`\\`fence",
                "[a](javascript:x) ![i](y)~# \\[a\\](javascript:x) \\!\\[i\\](y)",
                "*bold* _thin_ # head \\~# \\*bold\\* \\_thin\\_ \\# head \\\\"
            })
    void markupInATitleStaysText(String title, String heading) {
        assertThat(readme(title, "Description", null, null).lines().findFirst()).hasValue(heading);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "one\ntwo",
                "one\r\n\r\n# two",
                "one\n```\nrm -rf /\n```",
                "one\u0085two\u000Bthree\u000Cfour",
                "one\n| a | b |\n|---|---|",
                "one\n---",
                "one\u0000two\u001B[31m"
            })
    void aLineBreakInAWordCreatesNoLine(String words) {
        for (String page : List.of(
                readme(words, "Description", "CC0-1.0", "https://example.org/"),
                readme("Title", words, "CC0-1.0", "https://example.org/"),
                readme("Title", "Description", words, "https://example.org/"),
                readme("Title", "Description", "CC0-1.0", words))) {
            assertThat(page.lines()).hasSize(LINES);
            assertThat(page.chars().filter(c -> c != '\n' && Character.isISOControl(c)))
                    .isEmpty();
        }
    }

    @Test
    void aPipeInACellCreatesNoCell() {
        String page = readme("a|b", "c|d", "e|f\\|g", "https://example.org/?a|b");
        Pattern unescaped = Pattern.compile("(?<!\\\\)\\|");
        assertThat(page.lines().filter(line -> line.startsWith("| ") && !line.equals("| | |")))
                .hasSize(6)
                .allSatisfy(
                        line -> assertThat(unescaped.matcher(line).results()).hasSize(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"> quoted", "- item", "+ item", "1. first", "1) first", "---", "===", "    code", "| a |"})
    void aDescriptionThatLooksLikeABlockIsAParagraph(String description) {
        String line = readme("Title", description, null, null).lines().toList().get(2);
        assertThat(line).doesNotMatch("(>|[-+]( |$)|\\d+[.)]( |$)|---|    |\\|).*");
    }

    @Test
    void rightToLeftScriptsAndEmojiAreUnchanged() {
        String title =
                "\u05E9\u05DC\u05D5\u05DD \u0627\u0644\u0645\u062C\u0644\u0627\u062A \uD83D\uDCDA\u200D\uD83D\uDD2C e\u0301";
        assertThat(readme(title, null, null, null).lines().findFirst()).hasValue("# " + title);
    }

    @ParameterizedTest
    @ValueSource(chars = {'\u202A', '\u202B', '\u202D', '\u202E', '\u2066', '\u2067', '\u2068'})
    void charactersThatReverseTheFollowingTextAreRemoved(char turn) {
        String page = readme("Title " + turn + "gpj.exe", "Description" + turn, "CC0" + turn, "https://a.org/" + turn);
        assertThat(page).doesNotContain(String.valueOf(turn));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.org/public_data_dump#~now*", "http://example.org/a?b=c&d=(e)!"})
    void aUrlStaysALink(String homepage) {
        assertThat(readme("Title", null, null, homepage)).contains("| About | <" + homepage + "> |\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "data:text/html,x", "//example.org", "https://a.org/> <b>x</b>"})
    void anInvalidUrlOfAPageIsNotALink(String homepage) {
        assertThat(readme("Title", null, null, homepage))
                .doesNotContain("<" + homepage)
                .doesNotContain("<b>");
    }

    @Test
    void unsetValuesAreNotInvented() {
        assertThat(readme("Title", null, null, null))
                .contains("| Licence | not stated by the publisher |\n")
                .doesNotContain("About", "null");
    }

    @Test
    void theTableDescribesTheContentsOfTheDump() {
        assertThat(readme("Title", null, "CC0-1.0", null))
                .contains(
                        "| Dump | journals/2026-11-21T030000Z |\n",
                        "| Snapshot taken | 2026-11-21T03:00:00.123Z |\n",
                        "| Documents | 1,234,567 |\n",
                        "| Files | 2, 2,000,000 bytes (8,000,000 uncompressed) |\n",
                        "| Licence | CC0-1.0 |\n");
    }

    @Test
    void theCommandsFetchFilesBeforeTheyUseThem() {
        String page = readme("Title", null, null, null);
        assertThat(page.indexOf("$URL/urls.txt"))
                .as("urls.txt must exist before wget can read names from it")
                .isPositive()
                .isLessThan(page.indexOf("\" urls.txt |"));
    }

    @Test
    void inTwoCompressionsTheFilesDoNotHoldEveryDocumentOnce() {
        Part plain = part("journals-2026-11-21T030000Z.00001.jsonl", "none", 1_234_567);
        Part gzip = part("journals-2026-11-21T030000Z.00001.jsonl.gz", "gzip", 1_234_567);
        String page = readme(Dataset.named("journals"), List.of(plain, gzip));
        assertThat(page.replaceAll("\\s+", " "))
                .contains(
                        "Together the files of one format that are compressed alike hold every document of the dump once");
    }

    @Test
    void aFileIsReadWithTheRightTool() {
        Part plain = part("journals-2026-11-21T030000Z.00001.jsonl", "none", 1_234_567);
        assertThat(readme(Dataset.named("journals"), List.of(plain)))
                .contains("\ncat journals-2026-11-21T030000Z.00001.jsonl | head -n 1 | jq .\n");
        assertThat(readme("Title", null, null, null))
                .contains("\ngzip -dc journals-2026-11-21T030000Z.00001.jsonl.gz | head -n 1 | jq .\n");
    }

    private static String readme(
            String title, @Nullable String description, @Nullable String license, @Nullable String homepage) {
        return readme(
                new Dataset("journals", title, description, license, homepage, List.of()),
                List.of(
                        part("journals-2026-11-21T030000Z.00001.jsonl.gz", "gzip", 1_000_000),
                        part("journals-2026-11-21T030000Z.00002.jsonl.gz", "gzip", 234_567)));
    }

    private static Part part(String name, String compression, long documents) {
        return new Part(name, "jsonl", compression, 1_000_000, 4_000_000, documents, "00", "00", "00");
    }

    private static String readme(Dataset dataset, List<Part> parts) {
        Instant takenAt = Instant.parse("2026-11-21T03:00:00.123Z");
        Draft draft = new Draft(
                dataset,
                new DumpId("journals", takenAt),
                takenAt,
                SyntheticSource.of().survey().description(),
                1_234_567,
                null,
                parts,
                parts.stream()
                        .map(part -> new Manifest.Format(part.format(), part.compression(), Map.of(), Map.of()))
                        .distinct()
                        .toList(),
                List.of(),
                Disclosure.NOTHING,
                "",
                0,
                0,
                "",
                Path.of("unused"));
        return new String(Readme.of(draft, DumpAddresses.NONE), StandardCharsets.UTF_8);
    }
}
