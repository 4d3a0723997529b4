package io.spillway.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Spring MVC in Tomcat: besides the contract, pages beyond the paging limit. */
@Tag("slow")
class SpringTest extends NoticeContract {
    @Override
    List<String> command() throws Exception {
        return JavaExample.compile("spring");
    }

    @Test
    void aPageBeyondTheCapGetsTheReasonAndTheDump() throws Exception {
        Answer answer = example.get("/unthrottled/x?page=11", "*/*", PYTHON);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/type").asText()).endsWith("#page-too-deep");
        assertThat(answer.json().at("/detail").asText()).contains("Page 11 of 100 results each");
        assertThat(answer.json().at("/bulk_downloads/datasets/0/dataset").asText())
                .isEqualTo("journals");
        assertThat(example.get("/unthrottled/x?page=10", "*/*", PYTHON).status())
                .isEqualTo(200);
    }
}
