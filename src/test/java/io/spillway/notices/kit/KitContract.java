package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.dataset.Dataset;
import io.spillway.support.FreePorts;
import io.spillway.support.WebServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every kit promises, tested on the real server with the generated files: it runs between clients and an
 * application, both on loopback. Each test is a separate client.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class KitContract {
    static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    static final String ADDRESS = "https://data.example.org/d%C3%BCmps/";
    static final Limit LIMIT = Limit.of("6/m", 2, 61);

    private static final String JOURNALS = "/api/search/journals";
    private static final List<Dataset> DATASETS = List.of(
            dataset("articles", "Articles", "/api/search", "/api/v1.5/articles", "/api/pre*"),
            dataset("journals", "Journals \"of\" everything\n}", JOURNALS, "/query/journal", "/api/z%C3%BCge"));
    private static final Rules RULES = new Rules(
            List.of("/api/", "/query/", "/search"), List.of("BadBot", "Nosy Reader/2.0"), PageCap.of("page=1000"));

    private final JsonMapper json = new JsonMapper();
    private Path root;
    private Notices notices;
    private Application application;
    private WebServer files;
    private KitSite site;
    private RunningServer server;
    private int port;
    private boolean changed;

    /** The kit under test. */
    abstract ServerKit kit();

    /**
     * Starts the server.
     *
     * @param kitFolder   contains the kit's files
     * @param workFolder  is the server's own
     * @param port        that it must listen on, on loopback
     * @param application the port of the application behind it
     */
    abstract RunningServer start(Path kitFolder, Path workFolder, int port, int application) throws Exception;

    /** Whether the server limits by itself. Otherwise the application does, below every limited path. */
    boolean limits() {
        return true;
    }

    /** Whether a client's requests count on all paths, except on those that are never limited. */
    boolean countsEverything() {
        return false;
    }

    /** Whether an application's own 429 is replaced by the notice, or is passed on with the links. */
    boolean replacesAnswers() {
        return true;
    }

    /** Whether the site's notice is served for a dataset whose own is missing, or the last resort. */
    boolean fallsBackToTheSite() {
        return true;
    }

    /** The status of a rejection whose notice the server cannot read. */
    int unreadable() {
        return 429;
    }

    /** The Retry-After header of the server's own limit. */
    Predicate<String> retryAfter() {
        return text -> text.equals(String.valueOf(LIMIT.retryAfter()));
    }

    private static Dataset dataset(String name, String title, String... covers) {
        return new Dataset(name, title, null, null, null, List.of(covers));
    }

    @BeforeAll
    void startServer() throws Exception {
        root = Files.createTempDirectory("spillway-kit-test");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        notices = new Notices(Files.createDirectory(root.resolve("notices")));
        notices.write(List.of("articles", "journals"));
        files = WebServer.serving(root);
        application = new Application(limits() ? "/api/own.*" : "/(api|query)/.*");
        site = site("kits", files.address().resolve("notices/"));
        port = FreePorts.next();
        server = start(kitFolder(site), Files.createDirectory(root.resolve("work")), port, application.port());
    }

    /** The port of the application, and the paths that it answers with its own 429. */
    final int applicationPort() {
        return application.port();
    }

    /** A new folder of the server's own. */
    final Path newWorkFolder(String name) throws Exception {
        return Files.createDirectory(root.resolve(name));
    }

    final Path kitFolder() {
        return root.resolve("kits").resolve(kit().name());
    }

    final URI fileServer() {
        return files.address();
    }

    private KitSite site(String kits, URI fileServer) {
        return new KitSite(
                URI.create(ADDRESS),
                notices.folder(),
                root.resolve(kits),
                fileServer,
                DATASETS,
                Notices.LANGUAGES,
                LIMIT,
                RULES);
    }

    private Path kitFolder(KitSite of) throws Exception {
        Path folder = Files.createDirectories(of.kit(kit()));
        for (KitFile file : kit().files(of)) {
            Files.writeString(folder.resolve(file.name()), file.text());
        }
        return folder;
    }

    /** The answer if the web server that has the notices does not listen. */
    final void assertRefusesWithoutTheWebServer() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + FreePorts.next() + "/notices/");
        int other = FreePorts.next();
        Path work = Files.createDirectory(root.resolve("work-alone"));
        try (RunningServer alone = start(kitFolder(site("kits-alone", nobody)), work, other, application.port())) {
            Client.Answer answer = Client.of(other)
                    .untilRefused(JOURNALS, LIMIT.inWindow() + 3)
                    .get(JOURNALS, "Accept", BROWSER);
            assertThat(answer.status()).isEqualTo(429);
            assertThat(title(answer)).isEqualTo("Too Many Requests");
            assertThat(answer.type()).isEqualTo("application/problem+json");
            assertThat(answer.header("Retry-After")).matches(retryAfter());
            assertThat(answer.links()).containsKeys("help", "describedby");
        }
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
        if (application != null) {
            application.close();
        }
        if (files != null) {
            files.close();
        }
        if (root != null) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each :
                        all.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    @AfterEach
    void putNoticesBack() throws Exception {
        if (changed) {
            notices.write(List.of("articles", "journals"));
            assertThat(awaitTitle(refused(JOURNALS), "journals 429 en")).isEqualTo("journals 429 en");
            changed = false;
        }
    }

    private Client fresh() throws Exception {
        return Client.of(port);
    }

    /** A client over the limit for this path. */
    private Client refused(String path) throws Exception {
        return fresh().untilRefused(path, LIMIT.inWindow() + 3);
    }

    private String title(Client.Answer answer) throws Exception {
        JsonNode body = json.readTree(answer.body());
        assertThat(body.get("status").intValue()).isEqualTo(answer.status());
        return body.get("title").textValue();
    }

    @Test
    void theServersOwnCheckAcceptsIt() throws Exception {
        KitCheck.Result result = KitCheck.run(kit(), site);
        assertThat(result.outcome()).as(result.output()).isEqualTo(KitCheck.Outcome.PASSED);
    }

    @Test
    void aClientWithinTheLimitIsServed() throws Exception {
        Client.Answer answer = fresh().get(limits() ? JOURNALS : "/home");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(Application.SERVED);
    }

    @Test
    void aRejectedProgramGetsTheDatasetsNoticeAsAProblem() throws Exception {
        Client.Answer answer =
                refused(JOURNALS).get(JOURNALS + "?q=x", "Accept", "*/*", "User-Agent", "python-requests/2.32");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        assertThat(title(answer)).isEqualTo("journals 429 en");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/z%C3%BCge/1", "/api/z%c3%bcge"})
    void aCoveredPathMayHaveLettersOutsideOfAscii(String path) throws Exception {
        assertThat(title(refused(path).get(path))).isEqualTo("journals 429 en");
        assertThat(title(refused("/api/z%C3%BC").get("/api/z%C3%BC"))).isNotEqualTo("journals 429 en");
    }

    @Test
    void noClientIsRefusedBelowAUrlWithLettersOutsideOfAscii() throws Exception {
        Client client = refused(JOURNALS);
        for (int i = 0; i < LIMIT.inWindow() + 3; i++) {
            assertThat(client.get("/d%C3%BCmps/journals/latest.json", "User-Agent", "BadBot")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aClientWithoutAnAcceptHeaderGetsAProblem() throws Exception {
        assertThat(refused(JOURNALS).get(JOURNALS).type()).isEqualTo("application/problem+json");
    }

    @Test
    void aRejectedBrowserGetsAPage() throws Exception {
        Client.Answer answer = refused(JOURNALS).get(JOURNALS, "Accept", BROWSER, "User-Agent", "Mozilla/5.0");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/html; charset=utf-8");
        assertThat(answer.body()).isEqualTo(Notices.text("journals", 429, "en", "html"));
    }

    @ParameterizedTest
    @CsvSource({"curl/8.14.1,*/*", "Wget/1.25.0,*/*", "Wget/1.25.0,", "python-requests/2.32,text/plain"})
    void curlAndWgetAndClientsThatAcceptItGetText(String agent, String accept) throws Exception {
        Client client = refused(JOURNALS);
        Client.Answer answer = accept == null
                ? client.get(JOURNALS, "User-Agent", agent)
                : client.get(JOURNALS, "User-Agent", agent, "Accept", accept);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain; charset=utf-8");
        assertThat(answer.body()).isEqualTo("journals 429 en\n");
    }

    @Test
    void curlThatAcceptsAProblemGetsOne() throws Exception {
        Client.Answer answer =
                refused(JOURNALS).get(JOURNALS, "User-Agent", "curl/8.14.1", "Accept", "application/json");
        assertThat(answer.type()).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json, text/plain, */*|json",
                "application/json;q=1, text/html;q=0.1|json",
                "text/html;q=0.1, application/json|json",
                "text/html;q=0|json",
                "text/html;q=0.0, */*;q=0.1|json",
                "text/html;q=0.001|html",
                "text/html;level=1;q=0.7, text/plain;q=0.8|txt",
                "application/json;q=0.5, text/plain|txt",
                "text/html;q=0.5, */*|json",
                "text/plain, */*|txt",
                "text/plain, application/json|txt",
                "application/vnd.api+json, text/html;q=0.9|json",
                "application/problem+json, text/plain;q=0.5|json",
                "application/json, text/javascript, */*; q=0.01|json",
                "TEXT/HTML;Q=1|html",
                "application/xhtml+xml|html",
                "text/htmlx, text/plaintext|json",
                "text/x-bibliography|json",
                "text/html;q=x|json",
                "text/html, */*;q=0.1|html",
                "*/*;q=0.1|json",
                "*/*;q=0.1, text/plain;q=0.2|txt",
                "application/json;q=0, text/html|html",
                "APPLICATION/JSON;q=0.2, TEXT/PLAIN;q=0.1|json",
                ",;,q=;*|json"
            })
    void theFormatIsTheOneThatTheClientPrefers(String accept, String form) throws Exception {
        Client.Answer answer = refused(JOURNALS).get(JOURNALS, "Accept", accept, "User-Agent", "axios/1.7");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(Notices.text("journals", 429, "en", form));
    }

    @Test
    void aPreflightIsNeitherCountedNorRejected() throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        Client client = fresh();
        String[] asks = {"Origin", "https://other.example", "Access-Control-Request-Method", "POST"};
        for (int i = 0; i < LIMIT.inWindow() + 3; i++) {
            assertThat(client.send("OPTIONS", JOURNALS, asks).status()).isEqualTo(200);
        }
        assertThat(client.get(JOURNALS).status()).isEqualTo(countsEverything() ? 429 : 200);
        Client refused = refused(JOURNALS);
        assertThat(refused.send("OPTIONS", JOURNALS, asks).status()).isEqualTo(200);
        assertThat(refused.send("OPTIONS", JOURNALS).status()).isEqualTo(429);
        assertThat(refused.get(JOURNALS, "Origin", "https://other.example").header("Access-Control-Allow-Origin"))
                .isEqualTo("*");
        asks = new String[] {"Access-Control-Request-Method", "GET", "User-Agent", "BadBot"};
        assertThat(fresh().send("OPTIONS", JOURNALS, asks).status()).isEqualTo(200);
    }

    @Test
    void aBurstIsAsLongAsConfigured() throws Exception {
        Assumptions.assumeTrue(limits() && !countsEverything(), "no rate of its own");
        Client client = fresh();
        int served = 0;
        while (client.get(JOURNALS).status() == 200) {
            served++;
        }
        // One more request if the test itself takes so long that the next one is allowed.
        assertThat(served).isBetween(LIMIT.atOnce(), LIMIT.atOnce() + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "page=%31000",
                "p%61ge=1000",
                "p%61ge=%31%30%30%30",
                "PAGE=1000",
                "page[]=1000",
                "page%5B0%5D=1000",
                "page=1&page=1000",
                "a=b;page=1000",
                "page=+1000",
                "page=%2B1000",
                "page=%201000",
                "page=1_000",
                "page=1e3",
                "page=.1e4",
                "page=0x3e8",
                "page=0%58FFFF",
                "page=%091000",
                "page=%EF%BC%91%EF%BC%90%EF%BC%90%EF%BC%90",
                "page=1%D9%A0%D9%A0%D9%A0",
                "%50age=9999"
            })
    void aPageIsTooDeepHoweverItIsWritten(String query) throws Exception {
        Client.Answer answer = fresh().get(JOURNALS + "?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(title(answer)).isEqualTo("journals 400 en");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "page=%3999",
                "mypage=1000",
                "page=1&size=1000",
                "q=page=1000",
                "page=x1000",
                "pages=1000",
                "page=0.5"
            })
    void aPageWithinTheCapIsServed(String query) throws Exception {
        assertThat(fresh().get((limits() ? JOURNALS : "/home") + "?" + query).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/search/journals,journals",
        "/api/search/journals/1?x=/api/other,journals",
        "/query/journal,journals",
        "/query/journal/,journals",
        "/query/journal;a=1,journals",
        "/query/journal?q=a,journals",
        "/query/journalism,site",
        "/api/search/journals2,articles",
        "/api/searchable,site",
        "/api/prefix,articles",
        "/api/pre,articles",
        "/api/search/others,articles",
        "/api/v1.5/articles,articles",
        "/api/v1x5/articles,site",
        "/api/others,site"
    })
    void theLongestCoveredPathSelectsTheDataset(String path, String who) throws Exception {
        Client.Answer answer = refused(path).get(path);
        assertThat(title(answer)).isEqualTo(who + " 429 en");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de|de",
                "de-AT,de;q=0.9,en;q=0.8|de",
                "fr-FR,fr;q=0.9,pt;q=0.8,de;q=0.7|pt",
                "pt-BR,pt;q=0.9|pt",
                "PT|pt",
                "fr|en",
                "den|en",
                "*|en"
            })
    void theLanguageIsTheFirstAcceptedOneThatExists(String wishes, String language) throws Exception {
        Client.Answer answer = refused(JOURNALS).get(JOURNALS, "Accept-Language", wishes);
        assertThat(title(answer)).isEqualTo("journals 429 " + language);
    }

    @Test
    void theHeadersStateWhenToRetryWhereToGoAndNoStore() throws Exception {
        Client.Answer answer = refused(JOURNALS).get(JOURNALS);
        assertThat(answer.header("Retry-After")).matches(retryAfter());
        assertThat(answer.links())
                .containsEntry("help", "<" + ADDRESS + "journals/>")
                .containsEntry("describedby", "<" + ADDRESS + "links.json>");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Vary")).contains("Accept", "Accept-Language");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(answer.header("Access-Control-Expose-Headers")).contains("Retry-After", "Link");
        assertThat(answer.response().getHeaders("Link")).hasSize(1);
        assertThat(answer.response().getHeaders("Retry-After")).hasSize(1);
    }

    @Test
    void theNoticeOfTheSiteLinksTheSite() throws Exception {
        assertThat(refused("/api/others").get("/api/others").links()).containsEntry("help", "<" + ADDRESS + ">");
    }

    @Test
    void aPostIsRejectedWithTheNotice() throws Exception {
        Client.Answer answer = refused(JOURNALS).send("POST", JOURNALS);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(title(answer)).isEqualTo("journals 429 en");
    }

    @Test
    void aHeadIsRejectedWithoutABody() throws Exception {
        Client.Answer answer = refused(JOURNALS).send("HEAD", JOURNALS);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).matches(retryAfter());
    }

    @Test
    void neitherConditionNorRangeShortensTheNotice() throws Exception {
        Client.Answer answer = refused(JOURNALS)
                .get(
                        JOURNALS,
                        "If-None-Match",
                        "*",
                        "If-Modified-Since",
                        "Fri, 01 Jan 2100 00:00:00 GMT",
                        "Range",
                        "bytes=0-9");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(title(answer)).isEqualTo("journals 429 en");
    }

    @Test
    void aNewNoticeIsServedWithoutAReload() throws Exception {
        changed = true;
        Client client = refused(JOURNALS);
        client.get(JOURNALS);
        notices.put("journals/429.json", "{\"title\":\"the next dump\",\"status\":429}");
        notices.put("journals/429.en.json", "{\"title\":\"the next dump\",\"status\":429}");
        assertThat(awaitTitle(client, "the next dump")).isEqualTo("the next dump");
    }

    /** Varnish serves the old one for two seconds. */
    private String awaitTitle(Client client, String wanted) throws Exception {
        long start = System.nanoTime();
        String title = title(client.get(JOURNALS));
        while (!title.equals(wanted) && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20)) {
            title = title(client.get(JOURNALS));
        }
        return title;
    }

    @Test
    void withoutADatasetsNoticeTheRejectionIsStillHelpful() throws Exception {
        changed = true;
        Client client = refused(JOURNALS);
        notices.removeAll("journals");
        String wanted = fallsBackToTheSite() ? "site 429 en" : "Too Many Requests";
        assertThat(awaitTitle(client, wanted)).isEqualTo(wanted);
        assertThat(client.get(JOURNALS).links()).containsKeys("help", "describedby");
    }

    @Test
    void withoutAnyNoticeTheRejectionIsStillHelpful() throws Exception {
        changed = true;
        Client client = refused(JOURNALS);
        notices.removeAll("journals");
        notices.removeAll("");
        awaitGone(client);
        Client.Answer answer = client.get(JOURNALS);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).matches(retryAfter());
        assertThat(answer.links()).containsKeys("help", "describedby");
    }

    @Test
    void withAnUnreadableNoticeTheRejectionIsStillHelpful() throws Exception {
        changed = true;
        Client client = refused(JOURNALS);
        for (String page : List.of("", "journals/")) {
            notices.forbid(page + "429.json");
            notices.forbid(page + "429.en.json");
        }
        awaitGone(client);
        Client.Answer answer = client.get(JOURNALS);
        assertThat(answer.status()).isEqualTo(unreadable());
        assertThat(answer.links()).containsKeys("help", "describedby");
    }

    private void awaitGone(Client client) throws Exception {
        long start = System.nanoTime();
        while (client.get(JOURNALS).body().contains("429 en")
                && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20)) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mozilla/5.0 (compatible; badbot/3)", "BadBot", "nosy reader/2.0"})
    void aBlockedProgramGetsThePageWithTheReason(String agent) throws Exception {
        Client.Answer answer = fresh().get(JOURNALS, "User-Agent", agent, "Accept", BROWSER, "Accept-Language", "de");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo(Notices.text("journals", 403, "de", "html"));
        assertThat(answer.links()).containsEntry("help", "<" + ADDRESS + "journals/>");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Retry-After")).isEmpty();
    }

    @Test
    void aProgramWithASimilarNameToABlockedOneIsServed() throws Exception {
        assertThat(fresh().get("/home", "User-Agent", "Nosy Reader/2x0").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/robots.txt", "/.well-known/api-catalog", "/d%C3%BCmps/journals/", "/links.json"})
    void aBlockedProgramMayReadEverythingThatLeadsToTheDumps(String path) throws Exception {
        assertThat(fresh().get(path, "User-Agent", "BadBot").status()).isEqualTo(200);
    }

    @Test
    void pagingTooDeepIsABadRequestThatNamesTheDump() throws Exception {
        Client client = fresh();
        assertThat(client.get(JOURNALS + "?page=999&size=1000").status()).isEqualTo(limits() ? 200 : 429);
        Client.Answer answer = client.get(JOURNALS + "?size=10&page=1000");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(title(answer)).isEqualTo("journals 400 en");
        assertThat(answer.header("Retry-After")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/robots.txt",
                "/sitemap.xml",
                "/.well-known/security.txt",
                "/d%C3%BCmps/",
                "/d%C3%BCmps/journals/2026-11-21T030000Z/manifest.json",
                "/links.json"
            })
    void everythingThatLeadsToTheDumpsIsNeverRejected(String path) throws Exception {
        Client client = refused(JOURNALS);
        for (int i = 0; i < LIMIT.inWindow() + 3; i++) {
            assertThat(client.get(path).status()).isEqualTo(200);
        }
    }

    @Test
    void anApplicationsOwnRejectionGetsTheLinks() throws Exception {
        String path = limits() ? "/api/own" : "/api/others";
        Client.Answer answer = fresh().get(path);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.links()).containsEntry("describedby", "<" + ADDRESS + "links.json>");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        if (replacesAnswers()) {
            assertThat(title(answer)).isEqualTo("site 429 en");
        } else {
            assertThat(answer.body()).isEqualTo(Application.OWN_429);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/search/%6aournals",
                "/%61pi/search/journals",
                "/x/../api/search/journals",
                "/x/%2e%2e/api/search/journals",
                "/./api//search/journals",
                "//api/search/journals",
                "/api;v=1/search/journals",
                "/x/..;/api/search/journals",
                "/;/api/search/journals",
                "/.well-known/..;/api/search/journals",
                "/.well-known/../api/search/journals",
                "/d%C3%BCmps/..;a=b/api/search/journals",
                "/API/Search/Journals"
            })
    void aUrlInAnotherSpellingIsCountedToo(String path) throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        assertThat(refused(path).get(path).status()).isEqualTo(429);
    }

    /** Applications read a backslash as a slash, and end a path at a NUL. The server may reject such a path itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api\\search\\journals",
                "/api%5Csearch%5cjournals",
                "\\api/search/journals",
                "/%5Capi/search/journals",
                "/x/..%5Capi/search/journals",
                "/x%5C..%5Capi%5Csearch",
                "/.well-known/..\\api/search",
                "/.well-known/..%5Capi/search/journals",
                "/.well-known%5C..%5Capi/search/journals",
                "/d%C3%BCmps/..%5Capi/search",
                "/d%C3%BCmps%5C../api/search",
                "/search%5Ca",
                "/search%00",
                "/search%00.css",
                "/.well-known/../search%00",
                "/.well-known/%00/../../search",
                "/robots.txt%00/../search",
                "/search/%zz",
                "/search/%",
                "/search/%2",
                "/%73earch/%zz",
            })
    void aPathThatApplicationsReadInAnotherWayIsCountedOrRejected(String path) throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        Client client = fresh();
        for (int i = 0; i < LIMIT.inWindow() + 3; i++) {
            client.raw(path);
        }
        // The application behind the server answers 200, or names the exception if its own HTTP server rejects the
        // path.
        assertThat(client.raw(path)).matches("(?s)HTTP/1.1 4(00|04|29) .*").doesNotContain("URISyntaxException");
    }

    @Test
    void aBackslashAndANulSelectTheDatasetOfThePath() throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        for (String path : List.of("/query%5Cjournal", "/query/journal%5Cx")) {
            assertThat(title(refused(path).get(path))).isEqualTo("journals 429 en");
        }
    }

    @Test
    void allSpellingsOfAPathShareOneLimit() throws Exception {
        Assumptions.assumeTrue(limits() && !countsEverything(), "no rate of its own");
        Client client = fresh();
        List<String> spellings = List.of(
                JOURNALS,
                "/api/search/%6aournals?a",
                "/API/search",
                "//api/search/",
                "/api;a/search/1",
                "/./query/journal");
        int served = 0;
        for (String path : spellings) {
            served += client.get(path).status() == 200 ? 1 : 0;
        }
        assertThat(served).isBetween(LIMIT.atOnce(), LIMIT.atOnce() + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "POST", "PROPFIND", "DELETE", "PURGE", "SEARCH-ALL"})
    void everyMethodIsCountedAndRejected(String method) throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        Client.Answer answer = refused(JOURNALS).send(method, JOURNALS);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).matches(retryAfter());
        assertThat(answer.body()).isEqualTo(method.equals("HEAD") ? "" : Notices.text("journals", 429, "en", "json"));
    }

    @Test
    void aLongQueryHidesNoPage() throws Exception {
        for (String query : List.of("page=" + "0".repeat(6000) + "1000", "a=" + "b".repeat(6000) + "&page=1000")) {
            assertThat(fresh().get(JOURNALS + "?" + query).status()).isEqualTo(400);
        }
    }

    @Test
    void aLongPathIsCounted() throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        String path = "/" + ";/".repeat(2000) + "api/search/journals";
        assertThat(refused(path).get(path).status()).isEqualTo(429);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/query;a=1/journal", "/QUERY/Journal", "/query//journal"})
    void aDatasetIsFoundInEverySpellingOfItsPath(String path) throws Exception {
        Assumptions.assumeTrue(limits(), "the application counts");
        assertThat(title(refused(path).get(path))).isEqualTo("journals 429 en");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/home", "/searchable", "/search-tips"})
    void unlimitedPathsAreNotCounted(String path) throws Exception {
        Client client = fresh();
        for (int i = 0; i < LIMIT.inWindow() + 3; i++) {
            client.get(path);
        }
        assertThat(client.get(path).status()).isEqualTo(countsEverything() ? 429 : 200);
    }

    @Test
    void clientsCannotReadTheNoticesDirectly() throws Exception {
        Client.Answer answer = fresh().get("/__spillway/429.json");
        assertThat(answer.body()).doesNotContain("site 429");
    }

    @Test
    void clientHeadersSelectNothing() throws Exception {
        Client.Answer answer = fresh().get(
                        "/home", "X-Spillway-Status", "429", "X-Spillway-Page", "journals/", "SPILLWAY_BLOCKED", "1");
        assertThat(answer.status()).isEqualTo(200);
    }
}
