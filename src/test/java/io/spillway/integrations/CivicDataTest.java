package io.spillway.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.catalog.Listing;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The civic-data portal of docs/sites: its settings, in Django REST framework. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Tag("slow")
class CivicDataTest {
    private static final Path SETTINGS = Path.of("docs", "sites", "civic-data", "settings.py");
    private static final String TABLE = "/api/v1/dataset/despesas/gastos";
    private static final String PORTAL = "https://dados.example.org/dumps/";
    private static final String NAMED = "pesquisa-gastos/1.0 (ana@universidade.example)";

    private ExampleProcess portal;

    @BeforeAll
    @Timeout(120)
    void start(@TempDir Path folder) throws Exception {
        Path links = folder.resolve("links.json");
        Listing spending = Site.listing(
                "despesas",
                "Despesas públicas",
                List.of("/api/v1/dataset/despesas"),
                "2026-11-21T020000Z",
                "",
                List.of(),
                1);
        Site.publish(links, List.of(spending));
        Map<String, String> environment = Map.of(
                "LINKS", links.toString(), "SETTINGS", SETTINGS.toAbsolutePath().toString());
        portal = ExampleProcess.start(folder, DjangoTest.example(), environment);
    }

    @AfterAll
    void stop() throws Exception {
        if (portal != null) {
            portal.close();
        }
    }

    @Test
    void aTooDeepPageIsExplainedInPortugueseWithTheFile() throws Exception {
        Answer answer = portal.get("/unthrottled" + TABLE + "?page=90000", "*/*", NAMED);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/title").asText()).isEqualTo("Página profunda demais");
        assertThat(answer.json().at("/detail").asText())
                .startsWith("A página 90000 de 100 resultados está além dos primeiros 10000 resultados");
    }

    @Test
    void aProgramWithoutANameGetsAPageWithInstructions() throws Exception {
        Answer page = portal.get(TABLE, NoticeContract.BROWSERS_ACCEPT, "python-requests/2.31.0");

        assertThat(page.status()).isEqualTo(403);
        assertThat(page.page().getDocumentElement().getAttribute("lang")).isEqualTo("pt-BR");
        assertThat(page.page().getDocumentElement().getTextContent())
                .contains("diga no User-Agent quem você é", "Despesas públicas");
        assertThat(page.pageLinks())
                .contains(PORTAL + "despesas/2026-11-21T020000Z/despesas-2026-11-21T020000Z.00001.jsonl.gz");
    }

    @Test
    void aProgramWithANameIsServed() throws Exception {
        assertThat(portal.get("/unthrottled" + TABLE, "*/*", NAMED).status()).isEqualTo(200);
    }

    @Test
    void aClientOverTheLimitGetsAnAnswerInPortuguese() throws Exception {
        Answer answer = portal.get(TABLE, "*/*", NAMED);
        for (int i = 0; i < 3; i++) {
            answer = portal.get(TABLE, "*/*", NAMED);
        }

        assertThat(answer.status()).isEqualTo(429);
        JsonNode problem = answer.json();
        assertThat(problem.at("/type").asText()).isEqualTo(PORTAL + "notices/problems.html#rate-limited");
        assertThat(problem.at("/detail").asText())
                .startsWith("Você atingiu o limite")
                .contains("Despesas públicas", "2026-11-21", "10 registros");
        assertThat(answer.links()).containsEntry("help", URI.create(PORTAL + "despesas/index.html"));
        assertThat(portal.get(TABLE, "*/*", NoticeContract.CURL).text())
                .contains("Documentação: https://dados.example");
    }
}
