package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.fault.Printable;
import io.spillway.support.Browser;
import io.spillway.support.BrowserPage;
import io.spillway.support.ExampleSite;
import io.spillway.support.NpmPackages;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages as people see them, in Chromium, on a site of five datasets with thirty dumps each. {@code -Dspillway.screenshots=true}
 * keeps pictures of all pages in {@code target/screenshots}. Skipped if the browser is missing.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class PagesInBrowserIT {
    private static final List<String> LANGUAGES = List.of("", ".de", ".fr", ".pt");
    private static final List<String> SCHEMES = List.of("light", "dark");
    private static final int TELEPHONE = 360;
    private static final int DESK = 1400;
    private static final int TAB = 9;

    @TempDir
    private static Path root;

    private static WebServer server;
    private static Browser browser;
    private static String layout;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
        server = WebServer.serving(root);
        ExampleSite.make(root, server.address());
        layout = Files.readString(Path.of("src", "test", "resources", "browser", "layout.js"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    /** The site's page and the page of each dataset, in every language. */
    static Stream<String> pages() {
        return Stream.of("", "journals/", "hostile/", "long-names/", "rtl/", "plain/")
                .flatMap(folder -> LANGUAGES.stream().map(language -> folder + "index" + language + ".html"));
    }

    /** The two kinds of page, in every language. */
    static Stream<String> kinds() {
        return pages().filter(page -> !page.contains("/") || page.startsWith("journals/"));
    }

    private static BrowserPage open(String path, int width) {
        return browser.page().width(width).open(server.address().resolve(path));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void nothingScrollsSidewaysOverlapsOrIsCutOff(String path) throws Exception {
        for (int width : List.of(TELEPHONE, DESK)) {
            try (BrowserPage page = open(path, width)) {
                if (Boolean.getBoolean("spillway.screenshots")) {
                    page.screenshot(path.replace('/', '-').replace(".html", "-" + width));
                }
                assertThat(page.texts(layout)).as(path + " at " + width).isEmpty();
            }
        }
    }

    @Test
    void onAPhoneAllColumnsOfFilesAndDumpsAreVisible() {
        try (BrowserPage page = open("journals/index.html", TELEPHONE)) {
            assertThat(page.texts("[...document.querySelectorAll('.scroll')].map(each => "
                            + "each.scrollWidth <= each.clientWidth ? each.getAttribute('aria-labelledby') : '')"))
                    .contains("files", "history");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "the page is, document.body.style.minWidth = '2000px'",
        "lie on each other, document.querySelector('h2').style.marginTop = '-3rem'",
        "is cut off, document.querySelector('.lead').style = 'overflow:hidden;white-space:nowrap'",
        "wider than the, document.querySelector('.button').style = 'width:3rem;white-space:nowrap'"
    })
    void aBrokenLayoutIsDetected(String problem, String wrong) {
        try (BrowserPage page = open("journals/index.html", TELEPHONE)) {
            page.evaluate(wrong);
            assertThat(page.texts(layout)).anySatisfy(each -> assertThat(each).contains(problem));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPageLoadsNothingElseAndLogsNoErrors(String path) {
        try (BrowserPage page = open(path, DESK)) {
            assertThat(page.complaints()).isEmpty();
            assertThat(page.requests()).containsExactly(server.address() + path);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "script | document.head.append(Object.assign(document.createElement('script'), {textContent: 'alert(1)'}))",
                "style | document.body.append(Object.assign(document.createElement('style'), {textContent: 'p{top:0}'}))",
                "image | document.body.append(Object.assign(new Image(), {src: '/index.html'}))",
                "connection | fetch('/links.json').catch(() => 1)"
            })
    void thePolicyBlocksContentInjectedIntoAPage(String what, String injection) {
        try (BrowserPage page = open("journals/index.html", DESK)) {
            page.evaluate(injection + " && 1");
            page.evaluate("new Promise(done => setTimeout(done, 100))");
            assertThat(page.complaints())
                    .as(what)
                    .isNotEmpty()
                    .allSatisfy(complaint -> assertThat(complaint).contains("Content Security Policy"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "journals/index.html"})
    void withoutScriptsAPageLooksTheSame(String path) throws IOException {
        byte[] without;
        try (BrowserPage page = browser.page().width(DESK).withoutScript()) {
            without = page.open(server.address().resolve(path)).screenshot("without-script");
        }
        try (BrowserPage page = open(path, DESK)) {
            assertThat(page.screenshot("with-script")).isEqualTo(without);
        }
    }

    @Test
    void theKeyboardReachesTheDownloadAndTheFocusIsVisible() {
        try (BrowserPage page = open("journals/index.html", DESK)) {
            List<String> stops = new ArrayList<>();
            do {
                page.press("Tab", TAB);
                JsonNode stop = page.evaluate("""
                        (() => {
                          const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
                          return {name: at.className || at.textContent, shown: style.outlineStyle !== 'none'
                            && parseFloat(style.outlineWidth) >= 2 && box.left >= 0 && box.top >= 0
                            && box.right <= innerWidth && box.bottom <= innerHeight};
                        })()""");
                stops.add(stop.path("name").textValue());
                assertThat(stop.path("shown").booleanValue())
                        .as(stops.toString())
                        .isTrue();
            } while (!stops.contains("button") && stops.size() < 20);
            assertThat(stops).startsWith("skip").endsWith("button");
            String download = page.evaluate("document.activeElement.href").textValue();
            assertThat(download).startsWith(server.address().toString()).endsWith(".00001.jsonl");
        }
    }

    @Test
    void theSkipLinkLeadsToTheContent() {
        try (BrowserPage page = open("journals/index.html", TELEPHONE)) {
            page.press("Tab", TAB);
            page.evaluate("document.activeElement.click()");
            page.press("Tab", TAB);
            assertThat(page.evaluate("document.activeElement.closest('main') !== null")
                            .booleanValue())
                    .isTrue();
        }
    }

    @Test
    void aPageIsDarkForReadersWhoPreferIt() throws IOException {
        String background =
                "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((a, b) => a + +b, 0)";
        for (String scheme : SCHEMES) {
            for (int width : List.of(TELEPHONE, DESK)) {
                for (String path : List.of("index", "journals/index")) {
                    try (BrowserPage page = browser.page().width(width).scheme(scheme)) {
                        page.open(server.address().resolve(path + ".html"));
                        page.screenshot(path.replace('/', '-') + "-" + width + "-" + scheme);
                        int brightness = page.evaluate(background).intValue();
                        assertThat(brightness > 3 * 128).as(scheme).isEqualTo(scheme.equals("light"));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void axeFindsNoSeriousViolation(String path) throws Exception {
        String axe = Files.readString(NpmPackages.file("axe-core/axe.min.js"));
        for (String scheme : SCHEMES) {
            try (BrowserPage page = browser.page().width(DESK).scheme(scheme)) {
                page.open(server.address().resolve(path));
                page.evaluate(axe + "; 1");
                assertThat(page.texts(violations("moderate")))
                        .as(path + " " + scheme)
                        .isEmpty();
            }
        }
    }

    @Test
    void axeDetectsASeriousViolation() throws Exception {
        String axe = Files.readString(NpmPackages.file("axe-core/axe.min.js"));
        try (BrowserPage page = open("journals/index.html", DESK)) {
            page.evaluate("document.querySelector('.lead').style.color = '#ddd';"
                    + "document.querySelector('svg').removeAttribute('aria-label'); 1");
            page.evaluate(axe + "; 1");
            assertThat(page.texts(violations("serious")))
                    .anySatisfy(each -> assertThat(each).startsWith("color-contrast"))
                    .anySatisfy(each -> assertThat(each).startsWith("svg-img-alt"));
        }
    }

    /** The violations that axe finds at this impact or above, as sentences. */
    private static String violations(String least) {
        return """
                (async () => {
                  const grades = ['minor', 'moderate', 'serious', 'critical'];
                  const found = await axe.run(document, {resultTypes: ['violations']});
                  return found.violations.filter(each => grades.indexOf(each.impact) >= grades.indexOf('%s'))
                    .map(each => `${each.id} (${each.impact}): ${each.help}: `
                        + each.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | '));
                })()""".formatted(least);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".de", ".pt"})
    void aPublishersTextIsShownAsTextAndNeverRuns(String language) {
        // Characters that HTML cannot represent are shown as their replacements.
        String shown = ExampleSite.HOSTILE;
        try (BrowserPage page = open("hostile/index" + language + ".html", DESK)) {
            assertThat(page.evaluate("document.title").textValue()).isEqualTo(shown);
            assertThat(page.texts("[...document.querySelectorAll('h1, .lead')].map(each => each.textContent)"))
                    .containsExactly(shown, shown);
            assertThat(page.evaluate("document.querySelector('meta[name=description]').content")
                            .textValue())
                    .isEqualTo(shown);
            assertThat(page.evaluate("document.querySelector('pre.wrap').textContent")
                            .textValue())
                    .isEqualTo(shown + "\n");
            assertThat(page.evaluate("JSON.parse(document.querySelector('script').textContent).name")
                            .textValue())
                    .isEqualTo(shown);
            assertThat(page.texts("[...document.querySelectorAll('tbody th code, tbody td[dir]')]"
                            + ".map(each => each.textContent)"))
                    // A field's name is shown with escapes for characters that change the direction of text.
                    .satisfiesExactly(
                            name -> assertThat(name).isEqualTo(Printable.line(shown)),
                            remark -> assertThat(remark).contains(shown));
            assertThat(page.evaluate("document.querySelectorAll('script, img').length")
                            .intValue())
                    .isEqualTo(1);
            assertThat(page.complaints()).isEmpty();
        }
        try (BrowserPage page = open("index" + language + ".html", DESK)) {
            assertThat(page.texts("[...document.querySelectorAll('.cards h2')].map(each => each.textContent)"))
                    .contains(shown);
            assertThat(page.complaints()).isEmpty();
        }
    }

    @Test
    void theLinksForProgramsHaveTheSameWords() {
        try (BrowserPage page = browser.page()) {
            page.open(server.address().resolve("links.json"));
            assertThat(page.texts("JSON.parse(document.body.innerText).datasets.map(each => each.title)"))
                    .contains(ExampleSite.HOSTILE);
            assertThat(page.complaints()).noneMatch(each -> each.startsWith("dialog"));
        }
    }
}
