package io.spillway.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.catalog.Listing;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every file of docs/integrations promises, shown with the framework itself: its example runs as a separate
 * process and is driven over its limit, which lasts longer than any test.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class NoticeContract {
    static final String CURL = "curl/7.88.1";
    static final String WGET = "Wget/1.21.3";
    static final String PYTHON = "python-requests/2.28.1";
    static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    static final String BROWSERS_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    static final String JOURNALS = "/api/search/journals/issn?page=7";
    static final String DOCUMENTATION = "https://example.org/docs/limits";

    /** The examples have a limit of three, but a limiter may be generous. */
    private static final int ENOUGH = 20;

    private static final String FIRST = "2026-11-21T030000Z";
    private static final String NEXT = "2026-11-28T030000Z";

    private Path folder;
    private Path links;
    ExampleProcess example;
    private final List<Integer> statuses = new ArrayList<>();

    /** The command that starts the example. Skips the test visibly if something is not installed. */
    abstract List<String> command() throws Exception;

    @BeforeAll
    @Timeout(600)
    void driveOverTheLimit(@TempDir Path temporary) throws Exception {
        folder = temporary;
        links = folder.resolve("links.json");
        Site.publish(links, Site.of(FIRST));
        example = start(links.toString());
        statuses.addAll(driveOverTheLimit(example));
    }

    private static List<Integer> driveOverTheLimit(ExampleProcess example) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        while (statuses.size() < ENOUGH && !statuses.contains(429)) {
            statuses.add(example.get(JOURNALS, "*/*", PYTHON).status());
        }
        return statuses;
    }

    /** With the shortest interval between reads of links.json. */
    private ExampleProcess start(String from) throws Exception {
        return ExampleProcess.start(folder, command(), Map.of("LINKS", from, "SITE", Site.ADDRESS, "CHECK", "0"));
    }

    @BeforeEach
    void publish() throws Exception {
        Site.publish(links, Site.of(FIRST));
    }

    @AfterAll
    void stop() throws Exception {
        if (example != null) {
            example.close();
        }
    }

    @Test
    void onlyAClientOverTheLimitIsRefused() {
        assertThat(statuses).hasSizeGreaterThan(1).endsWith(429);
        assertThat(statuses.subList(0, statuses.size() - 1)).containsOnly(200);
    }

    @Test
    void aProgramGetsProblemDetailsWithTheFilesOfTheRequestedDataset() throws Exception {
        Answer answer = example.get(JOURNALS, "*/*", PYTHON);

        assertThat(answer.status()).isEqualTo(429);
        JsonNode problem = answer.json();
        assertThat(problem.at("/status").asInt()).isEqualTo(429);
        assertThat(problem.at("/type").asText()).isEqualTo(Site.ADDRESS + "notices/problems.html#rate-limited");
        assertThat(problem.at("/title").asText()).isEqualTo("Too Many Requests");
        assertThat(problem.at("/detail").asText()).contains("Journals", "2026-11-21", "20 documents");
        assertThat(problem.at("/documentation").asText()).isEqualTo(DOCUMENTATION);
        assertThat(problem.at("/contact").asText()).isEqualTo("mailto:data@example.org");
        JsonNode downloads = problem.at("/bulk_downloads");
        assertThat(downloads.at("/dataset").asText()).isEqualTo("journals");
        assertThat(downloads.at("/dump").asText()).isEqualTo("journals/" + FIRST);
        assertThat(downloads.at("/generated").asText()).isEqualTo("2026-11-21T03:00:00Z");
        assertThat(downloads.at("/license").asText()).isEqualTo("CC0-1.0");
        assertThat(downloads.at("/files_total").asInt()).isEqualTo(2);
        JsonNode file = downloads.at("/files/1");
        String name = "journals-" + FIRST + ".00002.jsonl.gz";
        assertThat(file.at("/name").asText()).isEqualTo(name);
        assertThat(file.at("/media_type").asText()).isEqualTo("application/gzip");
        assertThat(file.at("/bytes").asLong()).isEqualTo(1000);
        assertThat(file.at("/documents").asLong()).isEqualTo(10);
        assertThat(file.at("/sha256").asText()).isEqualTo(Site.SHA256);
        assertThat(file.at("/urls"))
                .extracting(JsonNode::asText)
                .containsExactly(Site.ADDRESS + "journals/" + FIRST + "/" + name, Site.MIRROR + name);
    }

    @Test
    void aBrowserGetsASelfContainedPage() throws Exception {
        Answer answer = example.get(JOURNALS, BROWSERS_ACCEPT, FIREFOX);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.page().getDocumentElement().getAttribute("lang")).isEqualTo("en");
        assertThat(answer.pageLinks())
                .contains(Site.ADDRESS + "journals/" + FIRST + "/journals-" + FIRST + ".00001.jsonl.gz")
                .contains(Site.ADDRESS + "journals/index.html", DOCUMENTATION, "mailto:data@example.org");
        for (String loaded : List.of("script", "link", "img", "iframe", "object")) {
            assertThat(answer.page().getElementsByTagName(loaded).getLength())
                    .as(loaded)
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CURL, WGET})
    void aPersonAtATerminalGetsText(String program) throws Exception {
        Answer answer = example.get(JOURNALS, "*/*", program);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.mediaType()).isEqualTo("text/plain");
        assertThat(answer.text().lines())
                .contains(Site.ADDRESS + "journals/" + FIRST + "/journals-" + FIRST + ".00001.jsonl.gz")
                .contains("  sha256 " + Site.SHA256);
    }

    @Test
    void headersStateWhenToRetryAndWhereToFindTheDumps() throws Exception {
        Answer answer = example.get(JOURNALS, "*/*", PYTHON);

        assertThat(Long.parseLong(answer.header("Retry-After"))).isBetween(1L, 2 * 24 * 60 * 60L);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.response().headers().allValues("Vary"))
                .anySatisfy(vary -> assertThat(vary.split("\\s*,\\s*", -1)).contains("Accept"));
        assertThat(answer.links())
                .containsEntry("help", URI.create(Site.ADDRESS + "journals/index.html"))
                .containsEntry("describedby", URI.create(Site.ADDRESS + "links.json"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json, text/plain, */*",
                "text/html;q=0.2, application/json;q=0.9",
                "image/png",
                "*/*;q=0.1, text/html;q=0",
                "application/problem+json",
                ",;,q=;*"
            })
    void jsonIsForClientsThatAcceptItAndTheFallbackForAllOthers(String accept) throws Exception {
        assertThat(example.get(JOURNALS, accept, PYTHON).mediaType()).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/json;q=0.1, text/plain", "text/plain, */*"})
    void textIsForClientsThatAcceptIt(String accept) throws Exception {
        assertThat(example.get(JOURNALS, accept, PYTHON).mediaType()).isEqualTo("text/plain");
    }

    @Test
    void aClientThatNamesJsonGetsItWhateverTheProgram() throws Exception {
        assertThat(example.get(JOURNALS, "application/json", CURL).mediaType()).isEqualTo("application/problem+json");
    }

    @Test
    void theLongestPathSelectsTheDataset() throws Exception {
        assertThat(dataset("/api/search/other")).isEqualTo("records");
        assertThat(dataset("/api/search/journals")).isEqualTo("journals");
        assertThat(dataset("/query/journal,article/_search")).isEqualTo("journals");
        assertThat(dataset("/api/search/%6aournals")).isEqualTo("journals");
        assertThat(dataset("/api/search/journals/")).isEqualTo("journals");
        assertThat(dataset("/api/search/journals2")).isEqualTo("records");
        assertThat(dataset("/api/searchable")).isEmpty();
    }

    @Test
    void thePathIsComparedAsTheDaemonComparesIt() throws Exception {
        assertThat(dataset("/API/Search/JOURNALS")).isEqualTo("journals");
        // Not in the first segment: Express limits only below the paths that it mounts.
        assertThat(dataset("/api/search;v=1/journals;a=b/x")).isEqualTo("journals");
        assertThat(dataset("/api//search/journals/x")).isEqualTo("journals");
        assertThat(dataset("/other/%c3%bcber/alles/x")).isEqualTo("records");
        assertThat(dataset("/other/r%C3%A9sum%C3%A9s-of-all")).isEqualTo("records");
        assertThat(dataset("/other/r%C3%89sum%C3%89s-of-all")).isEmpty();
        assertThat(dataset("/other/%c3%bcber/allesamt")).isEmpty();
    }

    @Test
    void aLicenceThatSpdxDoesNotListHasItsName() throws Exception {
        JsonNode downloads =
                example.get("/api/search/other", "*/*", PYTHON).json().at("/bulk_downloads");
        assertThat(downloads.at("/license").asText()).isEqualTo("LicenseRef-Our-terms");
        assertThat(downloads.at("/license_name").asText()).isEqualTo("Our terms");
        assertThat(example.get(JOURNALS, "*/*", PYTHON)
                        .json()
                        .at("/bulk_downloads/license_name")
                        .isMissingNode())
                .isTrue();
        JsonNode site = example.get("/other/thing", "*/*", PYTHON).json().at("/bulk_downloads/datasets/1");
        assertThat(site.at("/license_name").asText()).isEqualTo("Our terms");
    }

    private String dataset(String path) throws Exception {
        return example.get(path, "*/*", PYTHON)
                .json()
                .at("/bulk_downloads/dataset")
                .asText();
    }

    @Test
    void aPathThatNoDatasetCoversGetsAllOfThem() throws Exception {
        JsonNode problem = example.get("/other/thing", "*/*", PYTHON).json();

        assertThat(problem.at("/help").asText()).isEqualTo(Site.ADDRESS);
        assertThat(problem.at("/bulk_downloads/datasets"))
                .extracting(each -> each.at("/dataset").asText())
                .containsExactly("journals", "records");
        assertThat(example.get("/other/thing", BROWSERS_ACCEPT, FIREFOX).pageLinks())
                .contains(Site.ADDRESS + "journals/index.html", Site.ADDRESS + "records/index.html");
        assertThat(example.get("/other/thing", "*/*", CURL).text().lines())
                .contains("Records: " + Site.ADDRESS + "records/index.html");
    }

    @Test
    void aNewDumpIsNamedWithoutARestart() throws Exception {
        Site.publish(links, Site.of(NEXT));

        assertThat(dump(example)).isEqualTo("journals/" + NEXT);
    }

    private static String dump(ExampleProcess example) throws IOException, InterruptedException {
        Answer answer = example.get(JOURNALS, "*/*", PYTHON);
        assertThat(answer.status()).isEqualTo(429);
        return answer.json().at("/bulk_downloads/dump").asText();
    }

    @Test
    void withoutLinksTheAnswerNamesTheDocumentation() throws Exception {
        Files.delete(links);

        assertPlain();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "\u0000\uD83E\uDDF9",
                "{\"format_version\":1}",
                "{\"format_version\":2,\"datasets\":[]}",
                "{\"format_version\":1,\"datasets\":[{}]}",
                "{\"format_version\":1,\"datasets\":[null]}",
                "{\"format_version\":1,\"datasets\":{\"a\":1}}"
            })
    void anInvalidListOfLinksCountsAsMissing(String document) throws Exception {
        Site.publish(links, document.getBytes(StandardCharsets.UTF_8));

        assertPlain();
    }

    private void assertPlain() throws Exception {
        Answer json = example.get(JOURNALS, "*/*", PYTHON);
        assertThat(json.status()).isEqualTo(429);
        assertThat(json.json().at("/detail").asText()).contains(DOCUMENTATION);
        assertThat(json.json().at("/bulk_downloads/availability").asText()).isEqualTo("none");
        assertThat(json.links()).containsEntry("help", URI.create(DOCUMENTATION));
        assertThat(json.header("Retry-After")).isNotEmpty();
        Answer page = example.get(JOURNALS, BROWSERS_ACCEPT, FIREFOX);
        assertThat(page.status()).isEqualTo(429);
        assertThat(page.pageLinks()).contains(DOCUMENTATION);
        Answer text = example.get(JOURNALS, "*/*", CURL);
        assertThat(text.status()).isEqualTo(429);
        assertThat(text.text()).contains(DOCUMENTATION).doesNotContain(".jsonl");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</p><script>alert(1)</script>",
                "\" onmouseover=\"alert(1)",
                "a\r\nX-Evil: 1\r\n\r\n<b>",
                "{documents} {0} ${x} %s \\1 $1 {{7*7}}",
                "\u202Etxet desrever\u202C",
                "a\u0000b\u001B[31m\u0007\u2028c",
                "&lt;b&gt; & &#60;",
                "\uD83E\uDDF9 \uD800 Zeitschriften – журналы – 期刊",
                "]]><!--"
            })
    void aHostileTitleIsShownAsText(String title) throws Exception {
        String shown =
                title.replaceAll("[\\x00-\\x20\\u2028\\u202C\\u202E]+", " ").strip();
        String intact = shown.replaceFirst("\uD800.*", "");
        Site.publish(links, List.of(Site.journals(FIRST, title, Site.ADDRESS, List.of()), Site.records()));

        JsonNode problem = example.get(JOURNALS, "*/*", PYTHON).json();
        assertThat(problem.at("/bulk_downloads/title").asText()).startsWith(intact);
        for (String path : List.of(JOURNALS, "/other")) {
            Answer page = example.get(path, BROWSERS_ACCEPT, FIREFOX);
            assertThat(page.page().getDocumentElement().getTextContent()).contains(intact);
            assertThat(page.page().getElementsByTagName("script").getLength()).isZero();
            assertThat(Answer.elements(page.page().getElementsByTagName("*"))
                            .map(element -> element.getAttribute("onmouseover")))
                    .containsOnly("");
            assertThat(page.response().headers().firstValue("X-Evil")).isEmpty();
            Answer text = example.get(path, "*/*", CURL);
            assertThat(text.text()).contains(intact);
            assertThat(text.text().codePoints()).noneMatch(c -> Character.isISOControl(c) && c != '\n');
            assertThat(text.text().lines()).noneMatch(line -> line.startsWith("X-Evil"));
        }
    }

    @Test
    void aUrlWithAnotherSchemeIsLeftOut() throws Exception {
        List<URI> mirrors = List.of(URI.create("javascript:alert(1)//"), URI.create("ftp://mirror.example.org/"));
        Site.publish(links, List.of(Site.journals(FIRST, "Journals", Site.ADDRESS, mirrors)));

        assertThat(example.get(JOURNALS, "*/*", PYTHON).json().at("/bulk_downloads/files/0/urls"))
                .extracting(JsonNode::asText)
                .containsExactly(Site.ADDRESS + "journals/" + FIRST + "/journals-" + FIRST + ".00001.jsonl.gz");
    }

    @Test
    void aMirrorHasItsFilesBesideTheAddressOfTheDump() throws Exception {
        List<URI> mirrors = List.of(
                URI.create("https://mirror.example.org/x/index.html"), URI.create("https://old.example.org/x/"));
        Site.publish(links, List.of(Site.journals(FIRST, "Journals", Site.ADDRESS, mirrors)));

        String name = "journals-" + FIRST + ".00001.jsonl.gz";
        assertThat(example.get(JOURNALS, "*/*", PYTHON).json().at("/bulk_downloads/files/0/urls"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        Site.ADDRESS + "journals/" + FIRST + "/" + name,
                        "https://mirror.example.org/x/" + name,
                        "https://old.example.org/x/" + name);
    }

    @Test
    void urlsRelativeToTheListAreResolved() throws Exception {
        Site.publish(links, List.of(Site.journals(FIRST, "Journals", "", List.of())));

        Answer answer = example.get(JOURNALS, "*/*", PYTHON);
        assertThat(answer.json().at("/bulk_downloads/checksums").asText())
                .isEqualTo(Site.ADDRESS + "journals/" + FIRST + "/SHA256SUMS");
        assertThat(answer.json().at("/bulk_downloads/files/0/urls/0").asText())
                .isEqualTo(Site.ADDRESS + "journals/" + FIRST + "/journals-" + FIRST + ".00001.jsonl.gz");
        assertThat(answer.links()).containsEntry("help", URI.create(Site.ADDRESS + "journals/index.html"));
    }

    @Test
    void aThousandFilesFitIntoAShortAnswer() throws Exception {
        Listing large = Site.listing("journals", "Journals", List.of("/api"), FIRST, Site.ADDRESS, List.of(), 1000);
        Site.publish(links, List.of(large));

        Answer answer = example.get(JOURNALS, "*/*", PYTHON);
        assertThat(answer.response().body().length).isLessThan(8000);
        assertThat(answer.json().at("/bulk_downloads/files_total").asInt()).isEqualTo(1000);
        assertThat(answer.json().at("/bulk_downloads/links").asText()).isEqualTo(Site.ADDRESS + "links.json");
        assertThat(example.get(JOURNALS, BROWSERS_ACCEPT, FIREFOX).pageLinks()).contains(Site.ADDRESS + "links.json");
        assertThat(example.get(JOURNALS, "*/*", CURL).text()).contains("990 more: " + Site.ADDRESS + "links.json");
    }

    @Test
    void linksMayComeFromAUrl() throws Exception {
        Path served = Files.createTempDirectory(folder, "served");
        Site.publish(served.resolve("links.json"), Site.of(FIRST));
        try (WebServer server = WebServer.serving(served);
                ExampleProcess reader = start(server.address() + "links.json")) {
            driveOverTheLimit(reader);

            assertNames(reader, "journals/" + FIRST);
            Site.publish(served.resolve("links.json"), Site.of(NEXT));
            assertNames(reader, "journals/" + NEXT);
            // A server that fails does not remove known links; one that answers that the file is missing does.
            server.then(
                    "links.json",
                    Stream.generate(() -> WebServer.status(500)).limit(3).toArray(WebServer.Answer[]::new));
            assertThat(dump(reader)).isEqualTo("journals/" + NEXT);
            Files.delete(served.resolve("links.json"));
            assertNames(reader, "");
        }
    }

    /** The result of a background fetch is known some requests later. */
    private static void assertNames(ExampleProcess reader, String dump) throws Exception {
        while (!dump(reader).equals(dump)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void noRequestWaitsForAHangingServer() throws Exception {
        try (WebServer server = WebServer.serving(folder)) {
            server.then(
                    "links.json",
                    Stream.generate(() -> WebServer.stallAfter(10)).limit(1000).toArray(WebServer.Answer[]::new));
            try (ExampleProcess reader = start(server.address() + "links.json")) {
                assertThat(driveOverTheLimit(reader)).endsWith(429);
                assertThat(reader.get(JOURNALS, "*/*", PYTHON)
                                .json()
                                .at("/detail")
                                .asText())
                        .contains(DOCUMENTATION);
                assertThat(server.gets("links.json")).isNotEmpty();
            }
        }
    }
}
