package io.spillway.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Django REST framework: besides the contract, pages beyond the paging limit, blocked programs, and content
 * negotiation.
 */
@Tag("slow")
class DjangoTest extends NoticeContract {
    private static final String BAD_BOT = "BadBot/2.0 (+https://bot.example.org)";

    @Override
    List<String> command() throws Exception {
        return example();
    }

    /** The command that starts it. Skips the test visibly if the framework is not installed. */
    static List<String> example() throws Exception {
        return List.of(
                Installed.python("rest_framework", "python3-djangorestframework"),
                "-B",
                Installed.EXAMPLES.resolve("django/example.py").toString());
    }

    @Test
    void aPageWithinTheCapIsServed() throws Exception {
        Answer answer = example.get("/unthrottled?page=10", "*/*", PYTHON);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"results\":[900,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"page=11", "page=last", "page=999999999999999999999"})
    void aPageBeyondTheCapGetsTheReasonAndTheDump(String query) throws Exception {
        Answer answer = example.get("/unthrottled?" + query, "*/*", PYTHON);

        assertThat(answer.status()).isEqualTo(400);
        JsonNode problem = answer.json();
        assertThat(problem.at("/type").asText()).endsWith("#page-too-deep");
        assertThat(problem.at("/detail").asText()).contains("of 100 results each", "the first 1000 results");
        assertThat(problem.at("/documentation").asText()).isEqualTo(DOCUMENTATION);
        assertThat(problem.at("/bulk_downloads/datasets/0/dataset").asText()).isEqualTo("journals");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.response().headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void theNextPageIsLinkedEvenAtTheCap() throws Exception {
        assertThat(example.get("/unthrottled?page=10", "*/*", PYTHON).text()).contains("/unthrottled?page=11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"page=x", "page=0", "page=-1"})
    void theFrameworkStillAnswersForAnInvalidPage(String query) throws Exception {
        assertThat(example.get("/unthrottled?" + query, "*/*", PYTHON).status()).isEqualTo(404);
    }

    @Test
    void aBlockedProgramGetsTheUrlOfTheFiles() throws Exception {
        Answer page = example.get("/api/search/journals", BROWSERS_ACCEPT, BAD_BOT);

        assertThat(page.status()).isEqualTo(403);
        assertThat(page.page().getDocumentElement().getTextContent()).contains("may not read the site page by page");
        assertThat(page.pageLinks()).anyMatch(link -> link.endsWith(".jsonl.gz"));
        assertThat(example.get("/api/search/journals", "*/*", BAD_BOT)
                        .json()
                        .at("/type")
                        .asText())
                .endsWith("#blocked");
    }

    @Test
    void aBlockedProgramMayReadRobotsTxt() throws Exception {
        assertThat(example.get("/robots.txt", "*/*", BAD_BOT).status()).isEqualTo(200);
    }

    @Test
    void theFrameworkStillAnswersOtherErrors() throws Exception {
        assertThat(example.get("/unthrottled?page=99999x", "*/*", PYTHON).mediaType())
                .isEqualTo("application/json");
    }

    @Test
    void anAcceptHeaderThatNothingMatchesIsCountedAndNotRefusedFirst() throws Exception {
        assertThat(example.get("/unthrottled", "image/png", PYTHON).status()).isEqualTo(200);
        assertThat(example.get("/other", "image/png", PYTHON).status()).isEqualTo(429);
    }
}
