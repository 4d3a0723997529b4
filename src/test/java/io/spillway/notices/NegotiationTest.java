package io.spillway.notices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegotiationTest {
    private static final List<String> LANGUAGES = List.of("en", "de", "pt");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                "'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'; Mozilla/5.0; HTML",
                "'TEXT/HTML'; -; HTML",
                "'text/plain'; -; TEXT",
                "'*/*'; curl/7.88.1; TEXT",
                "'*/*'; Wget/1.21.3; TEXT",
                "-; curl/7.88.1; TEXT",
                "'application/json'; curl/7.88.1; JSON",
                "'*/*'; python-requests/2.31; JSON",
                "'*/*'; my-curl-like-thing; JSON",
                "'application/problem+json'; -; JSON",
                "'image/png'; curl/7.88.1; JSON",
                "-; -; JSON",
                "'application/json, text/plain, */*'; axios/1; JSON",
                "'application/json;q=1, text/html;q=0.1'; -; JSON",
                "'text/html;q=0.1, application/json'; -; JSON",
                "'text/html;q=0'; -; JSON",
                "'text/html;q=0.001'; -; HTML",
                "'text/html;level=1;q=0.7, text/plain;q=0.8'; -; TEXT",
                "'text/html;q=0.5, */*'; -; JSON",
                "'text/html;q=0.5, */*'; curl/8; TEXT",
                "'text/plain, */*'; -; TEXT",
                "'text/plain, application/json'; -; TEXT",
                "'application/vnd.api+json, text/html;q=0.9'; -; JSON",
                "'application/xhtml+xml'; -; HTML",
                "'text/htmlx'; -; JSON",
                "'text/html;q=x'; -; JSON",
                "',;,q=;*'; -; JSON",
                "'application/json;q=0, */*'; -; TEXT",
                "'*/*, application/json;q=0'; curl/8; TEXT",
                "'application/json;q=0, text/plain;q=0, */*'; -; HTML",
                "'application/json;q=0.1, */*'; -; TEXT",
                "'application/json;q=0'; -; TEXT",
                "'application/json;q=0, application/problem+json'; -; JSON",
                "'application/*;q=0, */*;q=0.5'; -; TEXT",
                "'text/plain;q=0, */*'; curl/8; JSON",
                "'*/*;q=0'; -; JSON",
                "'text/*'; -; TEXT",
                "'text/*'; Mozilla/5.0; TEXT",
                "'text/*;q=0.5, application/json;q=0.4'; -; TEXT",
                "'text/*, application/json'; -; JSON",
                "'text/*, text/plain;q=0.2'; -; HTML",
                "'text/html;q=0.5, text/*;q=0.4'; -; HTML",
                "'text/*;q=0'; -; JSON",
                "'application/*'; -; JSON",
                "'application/*'; curl/8; JSON",
            })
    void theFormatIsTheNamedOne(String accept, String agent, NoticeFormat expected) {
        assertThat(Negotiation.format(accept, agent)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                "'de-AT,de;q=0.9,en;q=0.8'; de",
                "'fr;q=0.9, pt;q=0.5, en;q=0.4'; pt",
                "'en;q=0.3, de;q=0.7'; de",
                "'de;q=0, pt'; pt",
                "'pt-BR'; pt",
                "'fr'; en",
                "'*'; en",
                "'../../etc/passwd'; en",
                "';;;==,'; en",
                "''; en",
                "-; en",
            })
    void theLanguageIsTheBestAvailableOne(String header, String expected) {
        assertThat(Negotiation.language(header, LANGUAGES)).isEqualTo(expected);
    }

    @Test
    void languagesBeyondAHandfulAreIgnored() {
        String wishes = "fr,it,es,nl,sv,da,fi,cs,pl,";
        assertThat(Negotiation.language(wishes + "de", LANGUAGES)).isEqualTo("de");
        assertThat(Negotiation.language(wishes + "hu,de", LANGUAGES)).isEqualTo("en");
    }

    @Test
    void theLongestPrefixSelectsTheDataset() {
        Map<String, List<String>> covers = Map.of(
                "works", List.of("/api/"),
                "journals", List.of("/api/search/journals", "/query/journal"),
                "articles", List.of("/api/search/"));
        assertThat(Negotiation.dataset("/api/search/journals/a?page=9", covers)).contains("journals");
        assertThat(Negotiation.dataset("/api/search/articles", covers)).contains("articles");
        assertThat(Negotiation.dataset("/api/x", covers)).contains("works");
        assertThat(Negotiation.dataset("/other?next=/api/search/journals", covers))
                .isEmpty();
        assertThat(Negotiation.dataset("", covers)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/search,works",
        "/search/a,works",
        "/search?q=/searchable,works",
        "/searchable,-",
        "/searchable/search,-",
        "/SEARCH/A,works",
        "/search;jsessionid=1,works",
        "/search;a=b/c,works",
        "/;a/search,works",
        "//search//a,works",
        "/%73earch,works",
        "/search%3Ba=b,works",
        "/search%2Fa,works",
        "/search*,-",
        "/journal,-",
        "/journals-of-2026,journals",
        "/Journals;a=b?c,journals",
    })
    void aPathSelectsADatasetInEverySpellingAndNeverByAnotherWord(String path, String expected) {
        Map<String, List<String>> covers = Map.of("works", List.of("/search"), "journals", List.of("/journals*"));
        assertThat(Negotiation.dataset(path, covers).orElse("-")).isEqualTo(expected);
    }

    @Test
    void ofTwoDatasetsWithOnePrefixTheFirstByNameIsSelected() {
        assertThat(Negotiation.dataset("/api/x", Map.of("b", List.of("/api"), "a", List.of("/api"))))
                .contains("a");
    }
}
