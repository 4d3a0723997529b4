package io.spillway.schedule;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.spillway.config.Between;
import io.spillway.fault.Printable;
import io.spillway.notices.NoticeSettings;
import io.spillway.page.Sentences;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The section {@code notices}: what refused clients are told, and the languages. It holds for the whole site. */
public record NoticesSection(
        @JsonPropertyDescription(
                "Languages of notices and pages: en, de, fr, pt, and those of language-files; the first is for clients"
                        + " that ask for none")
        @JsonProperty(defaultValue = "[en, de, fr, pt]")
        @Size(min = 1)
        List<@Pattern(regexp = "^[a-z]{2,3}$", message = "must be a code of two or three letters, such as en") String>
                languages,

        @JsonPropertyDescription(
                "Files with sentences of your own, by language: {it: it.properties}; `spillway sentences` prints one to"
                        + " translate")
        @JsonProperty(defaultValue = "{}")
        Map<String, LanguageFile> languageFiles,

        @JsonPropertyDescription("URL of a page about how the site may be used") @Nullable
        URI documentation,

        @JsonPropertyDescription("Contact for refused clients, such as an e-mail address; public")
        @Pattern(regexp = "^\\S.{0,198}\\S$", message = "must be one line of 2 to 200 characters")
        @Nullable
        String contact,

        @JsonPropertyDescription("Base URL of problem types; a page next to the notices when absent") @Nullable
        URI problemTypes,

        @JsonPropertyDescription("Default for Retry-After, if the limiter gives no value; at least its window")
        @JsonProperty(defaultValue = "10s")
        @Between(min = "1s", max = "1d")
        Duration retryAfter,

        @JsonPropertyDescription(
                "Whether URLs are requested before they are named; set to false if this machine cannot reach the"
                        + " site's public URL")
        @JsonProperty(defaultValue = "true")
        boolean check) {

    /**
     * Fails with {@link IllegalArgumentException} on a language that is there twice, on one without sentences, and on a
     * file for a language that is not there.
     */
    public NoticesSection {
        languages = List.copyOf(languages);
        languageFiles = Map.copyOf(languageFiles);
        if (languages.stream().distinct().count() != languages.size()) {
            throw new IllegalArgumentException("languages must not contain duplicates");
        }
        for (String language : languages) {
            if (!Sentences.languages().contains(language) && !languageFiles.containsKey(language)) {
                throw new IllegalArgumentException(
                        "languages has \"%s\", which has no sentences: there are %s; name a file in language-files"
                                .formatted(Printable.line(language), String.join(", ", Sentences.languages())));
            }
        }
        for (String language : new TreeSet<>(languageFiles.keySet())) {
            if (!languages.contains(language)) {
                throw new IllegalArgumentException(
                        "language-files has \"%s\", which languages does not have: add it there"
                                .formatted(Printable.line(language)));
            }
        }
    }

    /** The settings of this section. */
    public NoticeSettings toSettings() {
        Map<String, Map<String, String>> sentences = new TreeMap<>();
        languageFiles.forEach((language, file) -> sentences.put(language, file.sentences()));
        return new NoticeSettings(
                languages, documentation, contact, problemTypes, retryAfter.toSeconds(), check, sentences);
    }
}
