package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.PublishedDumps;
import io.spillway.support.Spillway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Languages of pages and notices, those of an operator too. */
@Timeout(120)
class LanguagesTest {
    private static final int CONFIG = 3;

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void publish() throws Exception {
        root = Files.createDirectories(folder.resolve("dumps"));
        new PublishedDumps().publish(root, "journals", Instant.parse("2026-11-21T03:00:00Z"), 1);
    }

    private Path schedule(String notices) throws Exception {
        return Files.writeString(folder.resolve("s.yaml"), """
                dataset: journals
                license: CC0-1.0
                source: {elasticsearch: "http://127.0.0.1:1", index: i}
                destinations: [{directory: "%s"}]
                state: "%s"
                notices: {%s}
                """.formatted(root, folder.resolve("state"), notices));
    }

    private Path italian() throws Exception {
        String english = Spillway.run("sentences").succeeded().out();
        return Files.writeString(
                folder.resolve("it.properties"),
                english.replace(
                                "site.title=Bulk downloads",
                                "site.title=Tutti i dati <script>alert(1)</script> & altro")
                        .replace("notice.429.title=Too Many Requests", "notice.429.title=Troppe richieste <b>"));
    }

    private String text(String name) throws Exception {
        return Files.readString(root.resolve(name));
    }

    @Test
    void pagesAndNoticesAreInFrench() throws Exception {
        Spillway.run("catalog", schedule("").toString()).succeeded();
        assertThat(text("index.fr.html")).contains("<html lang=\"fr\" dir=\"ltr\">", "Téléchargements complets");
        assertThat(text("journals/index.fr.html")).contains("Dump le plus récent", "21 novembre 2026");
        assertThat(text("notices/journals/429.fr.txt")).startsWith("429 Trop de requêtes\n");
        assertThat(text("index.html")).contains("hreflang=\"fr\"", "Français");
    }

    @Test
    void theLanguagesOfNoticesAreThoseOfPagesAndTheFirstHasThePlainNames() throws Exception {
        Spillway.run("catalog", schedule("").toString()).succeeded();
        Files.writeString(root.resolve("index.nl.html"), "theirs");

        Spillway.run("catalog", schedule("languages: [fr, en]").toString()).succeeded();

        assertThat(text("index.html")).contains("<html lang=\"fr\"", "href=\"index.en.html\"");
        assertThat(text("journals/index.html")).contains("<html lang=\"fr\"").doesNotContain("index.de.html");
        assertThat(text("journals/index.en.html")).contains("<html lang=\"en\"");
        assertThat(root.resolve("index.fr.html")).doesNotExist();
        assertThat(root.resolve("journals/index.de.html")).doesNotExist();
        assertThat(root.resolve("index.nl.html")).hasContent("theirs");
        assertThat(text("notices/429.txt")).startsWith("429 Trop de requêtes\n");
    }

    @Test
    void anOperatorsSentencesAreOnPagesAndInNoticesAndAreEscaped() throws Exception {
        Path file = italian();
        Spillway.run(
                        "catalog",
                        schedule("languages: [it, en], language-files: {it: \"" + file + "\"}")
                                .toString())
                .succeeded();

        assertThat(text("index.html"))
                .contains(
                        "<html lang=\"it\" dir=\"ltr\">",
                        "Tutti i dati &lt;script&gt;alert(1)&lt;/script&gt; &amp; altro")
                .doesNotContain("<script>alert");
        assertThat(text("feed.atom")).contains("Tutti i dati &lt;script");
        assertThat(text("notices/429.html"))
                .contains("Troppe richieste &lt;b&gt;")
                .doesNotContain("<b>");
        assertThat(text("notices/429.it.json")).contains("Troppe richieste <b>");
        assertThat(text("notices/problems.html")).contains("<html lang=\"it\" dir=\"ltr\">");
    }

    @Test
    void anOperatorsSentencesAreKeptForCommandsWithoutASchedule() throws Exception {
        Path file = italian();
        Spillway.run(
                        "catalog",
                        schedule("languages: [en, it], language-files: {it: \"" + file + "\"}")
                                .toString())
                .succeeded();
        String page = text("index.it.html");
        Files.delete(file);

        Spillway.run("catalog", root.toString()).succeeded();

        assertThat(text("index.it.html")).isEqualTo(page);
    }

    @Test
    void theNoticesOfALanguageThatIsGoneAreKeptTrueInTheFirstOne() throws Exception {
        Path file = italian();
        Spillway.run(
                        "catalog",
                        schedule("languages: [en, it], language-files: {it: \"" + file + "\"}")
                                .toString())
                .succeeded();
        Spillway.run("catalog", schedule("languages: [de]").toString()).succeeded();
        assertThat(text("notices/429.it.txt")).startsWith("429 Zu viele Anfragen\n");
        assertThat(text("notices/429.en.txt")).startsWith("429 Too Many Requests\n");
        assertThat(root.resolve("index.it.html")).doesNotExist();
    }

    @Test
    void aLanguageThatIsWrittenFromTheRightIsMarked() throws Exception {
        String hebrew = Spillway.run("sentences")
                .succeeded()
                .out()
                .replace(" the ", " אבגדהוזחט אבגדהוזחט אבגדהוזחט ")
                .replaceAll("(?m)^([a-z0-9.]+)=([^{}\n]*)$", "$1=אבגדהוזחטי");
        Path file = Files.writeString(folder.resolve("he.properties"), hebrew);
        Spillway.run(
                        "catalog",
                        schedule("languages: [en, he], language-files: {he: \"" + file + "\"}")
                                .toString())
                .succeeded();
        assertThat(text("index.he.html")).contains("<html lang=\"he\" dir=\"rtl\">", "אבגדהוזחטי");
        assertThat(text("notices/429.he.html")).contains("<html lang=\"he\" dir=\"rtl\">");
        assertThat(text("journals/index.he.html")).contains("<code dir=\"ltr\">");
    }

    @Test
    void checkNamesWhatIsMissingUnknownAndWrongInAFile() throws Exception {
        Path file = italian();
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("(?m)^skip=.*\n", "")
                        .replaceFirst("(?m)^download=.*$", "download=Scarica")
                        .replaceFirst("(?m)^footer=", "foter="));
        var run = Spillway.run(
                "check",
                schedule("languages: [it], language-files: {it: \"" + file + "\"}")
                        .toString());
        assertThat(run.exitCode()).isEqualTo(CONFIG);
        assertThat(run.err())
                .contains(
                        "s.yaml:6: /notices/language-files",
                        "it.properties: missing: footer, skip; unknown: foter; wrong: download has the placeholders none,"
                                + " expected {0}");
    }

    @Test
    void checkNamesALanguageWithoutSentencesAndAFileWithoutALanguage() throws Exception {
        assertThat(Spillway.run("check", schedule("languages: [en, it]").toString())
                        .err())
                .contains(
                        "s.yaml:6: /notices: languages has \"it\", which has no sentences: there are en, de, fr, pt;");
        Path file = italian();
        assertThat(Spillway.run(
                                "check",
                                schedule("language-files: {it: \"" + file + "\"}")
                                        .toString())
                        .err())
                .contains("language-files has \"it\", which languages does not have");
        assertThat(Spillway.run("check", schedule("languages: [en, ITA]").toString())
                        .err())
                .contains("must be a code of two or three letters");
    }

    @Test
    void checkRefusesSentencesThatAreTooLongForANotice() throws Exception {
        Path file = italian();
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("(?m)^notice.429.detail=.*$", "notice.429.detail=" + "語".repeat(1_000))
                        .replaceFirst("(?m)^notice.dataset.none=.*$", "notice.dataset.none={0}" + "語".repeat(990))
                        .replaceFirst("(?m)^notice.429.title=.*$", "notice.429.title=" + "語".repeat(800)));
        var run = Spillway.run(
                "check",
                schedule("languages: [it], language-files: {it: \"" + file + "\"}")
                        .toString());
        assertThat(run.err()).contains("/notices/language-files", "sentences of notices are too long");
    }

    @Test
    void anUnknownLanguageHasNoFileToTranslate() throws Exception {
        assertThat(Spillway.run("sentences", "xx").err())
                .contains("\"xx\" is not a built-in language: use en, de, fr, pt");
    }
}
