package io.spillway.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentencesTest {
    @TempDir
    private Path folder;

    private static Texts texts(String language) {
        return Texts.of(List.of(language), Map.of()).get(0);
    }

    private Path english(Map<String, String> changes) throws Exception {
        Map<String, String> all = new TreeMap<>(Sentences.of("en"));
        changes.forEach((key, sentence) -> {
            if (sentence.isEmpty()) {
                all.remove(key);
            } else {
                all.put(key, sentence);
            }
        });
        return Files.writeString(
                folder.resolve("it.properties"),
                all.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de", "fr", "pt"})
    void aBuiltInLanguageHasAllSentencesWithTheirPlaces(String language) {
        assertThat(Sentences.problems(Sentences.of(language))).isEmpty();
        assertThat(Sentences.of(language).values()).noneMatch(sentence -> sentence.contains("'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    en | 0 documents | 1 document  | 2 documents  | 1,234 documents
                    de | 0 Dokumente | 1 Dokument  | 2 Dokumente  | 1.234 Dokumente
                    fr | 0 document  | 1 document  | 2 documents  | 1 234 documents
                    pt | 0 documento | 1 documento | 2 documentos | 1.234 documentos
                    """)
    void aNumberChoosesTheForm(String language, String none, String one, String two, String many) {
        Texts texts = texts(language);
        assertThat(texts.get("notice.documents", 0L)).isEqualTo(none);
        assertThat(texts.get("notice.documents", 1L)).isEqualTo(one);
        assertThat(texts.get("notice.documents", 2L)).isEqualTo(two);
        assertThat(texts.get("notice.documents", 1234L).replaceAll("\\p{Zs}", " "))
                .isEqualTo(many);
    }

    @Test
    void frenchHasItsAccentsApostrophesAndNoBreakSpaces() {
        Texts french = texts("fr");
        assertThat(french.get("notice.dataset.none", "Revues"))
                .isEqualTo("Il n’y a pas de dump de «\u00a0Revues\u00a0» pour le moment.");
        assertThat(french.date(Instant.parse("2026-08-01T00:00:00Z"))).isEqualTo("1 août 2026");
        assertThat(french.languageName()).isEqualTo("Français");
        Sentences.of("fr")
                .forEach((key, sentence) -> assertThat(sentence).as(key).doesNotContain(" :", " ;", " »", "« "));
    }

    @Test
    void theFileToTranslateIsAFileThatCanBeRead() throws Exception {
        Path file = Files.writeString(folder.resolve("xx.properties"), Sentences.file("fr"));
        assertThat(Sentences.read(file)).isEqualTo(Sentences.of("fr"));
    }

    @Test
    void aFileMayBeginWithAByteOrderMark() throws Exception {
        Path file = Files.writeString(folder.resolve("xx.properties"), "\uFEFF" + Sentences.file("de"));
        assertThat(Sentences.read(file)).isEqualTo(Sentences.of("de"));
    }

    @Test
    void aStraightApostropheIsACurvedOneAndQuotesNothing() throws Exception {
        Path file = english(Map.of(
                "notice.dataset.none", "Non c'è l'archivio di {0}", "files.more", "{0,choice,0#d'altri: {0}|2#l'{0}}"));
        Texts italian =
                Texts.of(List.of("it"), Map.of("it", Sentences.read(file))).get(0);
        assertThat(italian.get("notice.dataset.none", "O'Neil {1}")).isEqualTo("Non c’è l’archivio di O'Neil {1}");
        assertThat(italian.get("files.more", 1)).isEqualTo("d’altri: 1");
        assertThat(italian.get("files.more", 3)).isEqualTo("l’3");
    }

    @Test
    void allProblemsOfAFileAreNamedAtOnce() throws Exception {
        Path file = english(Map.of(
                "skip",
                "",
                "nav.all",
                "",
                "no.such.key",
                "x",
                "more",
                "x",
                "download",
                "Scarica",
                "issues.none",
                "{0}!"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContainingAll(
                        "it.properties: missing: nav.all, skip; unknown: more, no.such.key; wrong: ",
                        "download has the placeholders none, expected {0}",
                        "issues.none has the placeholders {0}, expected none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Scarica ({0",
                "Scarica ({0,number})",
                "Scarica ({0,choice,1#x|2#y})",
                "Scarica ({0,date})",
                "Scarica {0} {x}",
                "Scarica {0} }",
                "Scarica \\u202e{0}",
                "Scarica \\n {0}",
                "Scarica \\u0007 {0}",
                "Scarica {00}",
                "Scarica \\ud800 {0}",
                "   "
            })
    void aSentenceThatCannotBeFilledOrShownIsWrong(String sentence) throws Exception {
        Path file = english(Map.of("download", sentence));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContaining("wrong: download ");
    }

    @Test
    void aSentenceHasAtMostAThousandCharacters() throws Exception {
        Path file = english(Map.of("skip", "x".repeat(1001)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContaining("skip has more than 1000 characters");
    }

    @Test
    void aKeyThatIsGivenTwiceIsNamed() throws Exception {
        Path file = english(Map.of());
        Files.writeString(file, Files.readString(file) + "skip=Salta\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContaining("duplicate: skip");
    }

    @Test
    void aFileInAnotherEncodingIsRefused() throws Exception {
        Path file = english(Map.of("skip", "Perché"));
        Files.write(file, Files.readString(file).getBytes(StandardCharsets.ISO_8859_1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContaining("is not UTF-8");
        Files.write(file, english(Map.of()).toString().getBytes(StandardCharsets.UTF_16));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContaining("is not UTF-8");
        Files.writeString(file, "skip=\\u00zz\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(file))
                .withMessageContaining("\\u");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(folder.resolve("none.properties")))
                .withMessageContaining("does not exist");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sentences.read(folder))
                .withMessageContaining("cannot be read");
    }

    @Test
    void mostLettersDecideOnTheDirection() throws Exception {
        Map<String, String> hebrew = new TreeMap<>(Sentences.of("en"));
        hebrew.replaceAll((key, sentence) -> sentence.replaceAll("[A-Za-z]+", "אבג"));
        assertThat(Texts.of(List.of("he"), Map.of("he", hebrew)).get(0).direction())
                .isEqualTo("rtl");
        assertThat(texts("fr").direction()).isEqualTo("ltr");
    }
}
