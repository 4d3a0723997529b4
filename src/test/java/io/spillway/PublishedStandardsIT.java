package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.support.ExampleSite;
import io.spillway.support.NpmPackages;
import io.spillway.support.Tool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.SAXException;

/**
 * Pages and feeds, checked by independent validators of their standards. Each test is skipped if its program is
 * missing. A second test for each shows that the validator rejects something.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class PublishedStandardsIT {
    private static final Path RULES = Path.of("src", "test", "resources", "feeds");
    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/ld\\+json\">(.*?)</script>", Pattern.DOTALL);

    @TempDir
    private static Path root;

    @TempDir
    private Path changed;

    @BeforeAll
    static void publish() throws Exception {
        ExampleSite.make(root, URI.create("https://dumps.example.org/open/"));
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            List<Path> found = all.filter(path -> path.toString().endsWith(ending))
                    .filter(path -> !path.toString().contains("/latest/"))
                    .toList();
            assertThat(found).hasSizeGreaterThanOrEqualTo(5);
            return found;
        }
    }

    /** A copy in which the match of a pattern is replaced. */
    private Path changed(Path file, String from, String to) throws IOException {
        String before = Files.readString(file);
        String after = before.replaceAll(from, to);
        assertThat(after).isNotEqualTo(before);
        return Files.writeString(changed.resolve(file.getFileName()), after);
    }

    private static Tool.Result jing(List<Path> feeds) throws IOException, InterruptedException {
        Path jing = Tool.require("jing", "jing");
        List<String> command = new ArrayList<>(List.of(
                jing.toString(),
                "-c",
                RULES.resolve("atom.rnc").toAbsolutePath().toString()));
        feeds.forEach(feed -> command.add(feed.toString()));
        return Tool.run(root, command);
    }

    @Test
    void feedsAreAtom() throws Exception {
        Tool.Result result = jing(files("feed.atom"));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"<updated>.*</updated>, ''", "<id>.*</id>, ''", "href=, link=", "text/html, html"})
    void aFileThatIsNotAtomIsRejected(String from, String to) throws Exception {
        assertThat(jing(List.of(changed(root.resolve("feed.atom"), from, to))).exitCode())
                .isNotZero();
    }

    private static Validator sitemaps() throws SAXException {
        return SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(RULES.resolve("sitemap.xsd").toFile())
                .newValidator();
    }

    @Test
    void theSitemapFollowsTheProtocol() throws Exception {
        sitemaps().validate(new StreamSource(root.resolve("sitemap.xml").toFile()));
    }

    @ParameterizedTest
    @CsvSource({"<loc>https://, <loc>/", "<lastmod>20, <lastmod>", "</lastmod>, </lastmod><image/>"})
    void aSitemapThatViolatesTheProtocolIsRejected(String from, String to) throws Exception {
        Path wrong = changed(root.resolve("sitemap.xml"), from, to);
        assertThatExceptionOfType(SAXException.class)
                .isThrownBy(() -> sitemaps().validate(new StreamSource(wrong.toFile())));
    }

    private static Tool.Result nu(List<Path> pages) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                NpmPackages.file("vnu-jar/build/dist/vnu.jar").toString(),
                "--errors-only"));
        pages.forEach(page -> command.add(page.toString()));
        return Tool.run(root, command);
    }

    @Test
    void pagesAreHtml() throws Exception {
        Tool.Result result = nu(files(".html"));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @Test
    void aPageThatIsNotHtmlIsRejected() throws Exception {
        Tool.Result result = nu(List.of(changed(root.resolve("journals/index.html"), "<dt>", "<dt id=\"latest\">")));
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("Duplicate ID");
    }

    private static Tool.Result structuredData(List<Path> pages) throws IOException, InterruptedException {
        Path node = Tool.require("node", "nodejs");
        Path folder =
                NpmPackages.file("jsonld/package.json").getParent().getParent().getParent();
        List<String> command = new ArrayList<>(List.of(
                node.toString(),
                Path.of("src", "test", "npm", "structured-data.cjs")
                        .toAbsolutePath()
                        .toString(),
                folder.toString()));
        pages.forEach(page -> command.add(page.toString()));
        return Tool.run(root, command);
    }

    private Path data(Path page) throws IOException {
        Matcher script = DATA.matcher(Files.readString(page));
        assertThat(script.find()).as(page.toString()).isTrue();
        String name = page.getParent().getFileName() + "-" + page.getFileName() + ".json";
        return Files.writeString(changed.resolve(name), script.group(1));
    }

    private List<Path> allData() throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path page : files(".html")) {
            if (!page.getParent().equals(root)) {
                all.add(data(page));
            }
        }
        return all;
    }

    @Test
    void datasetsAreDescribedInTheTermsOfSchemaOrg() throws Exception {
        List<Path> pages = allData();
        assertThat(pages).isNotEmpty();
        Tool.Result result = structuredData(pages);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains(pages.size() + " documents, 0 problems");
    }

    @ParameterizedTest
    @CsvSource({
        "\"name\":, \"nmae\":, is no property",
        "\"isAccessibleForFree\":true, \"isAccessibleForFree\":\"sure\", is not",
        "\"dateModified\":\"[^\"]*\", \"dateModified\":\"lately\", is not",
        "\"contentUrl\":\"https://, \"contentUrl\":\"/, is no absolute address",
        "\"@type\":\"Dataset\", \"@type\":\"Person\", is no property of",
        "\"@type\":\"DataDownload\", \"@type\":\"Downlaod\", is no class"
    })
    void termsUnknownToSchemaOrgAreRejected(String from, String to, String problem) throws Exception {
        Path wrong = changed(data(root.resolve("journals/index.html")), from, to);
        Tool.Result result = structuredData(List.of(wrong));
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains(problem);
    }
}
