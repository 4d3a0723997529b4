package io.spillway.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.manifest.Manifest;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

/** Pages and feeds, created from manifests only. */
class PagesTest {
    private static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");
    private static final String HOSTILE =
            "</title><script>alert(1)</script>\"'<!--<img src=x onerror=alert(2)> &amp; \u202Egnihtyna\u202C עברית 📚\u0000";

    @TempDir
    private Path root;

    private final PublishedDumps dumps = new PublishedDumps();

    private Map<String, String> rendered(Destination destination) throws Exception {
        Catalog catalog = Catalog.read(destination);
        Pages pages = new Pages(destination);
        Map<ObjectKey, byte[]> files = new TreeMap<>(pages.ofSite(catalog));
        for (Catalog.Published published : catalog.datasets()) {
            files.putAll(pages.ofDataset(
                    catalog, published, List.of(URI.create("https://mirror.example/journals/x/manifest.json"))));
        }
        Map<String, String> texts = new TreeMap<>();
        files.forEach((key, bytes) -> texts.put(key.value(), new String(bytes, StandardCharsets.UTF_8)));
        return texts;
    }

    private Map<String, String> rendered() throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            return rendered(directory);
        }
    }

    private Map<String, String> renderedInPublic() throws Exception {
        try (LocalDirectory directory = LocalDirectory.open(root, URI.create("https://dumps.example.org/open/"))) {
            return rendered(directory);
        }
    }

    private static Document xml(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode structuredData(String page) throws Exception {
        Matcher script = Pattern.compile("<script type=\"application/ld\\+json\">(.*?)</script>", Pattern.DOTALL)
                .matcher(page);
        assertThat(script.find()).isTrue();
        return new JsonMapper().readTree(script.group(1));
    }

    @Test
    void aFieldNameThatTurnsTheDirectionOfTextIsShownAsEscapes() throws Exception {
        dumps.fields = List.of(
                new Manifest.Field("\u202Egnp.exe", "key\u2066word", List.of("string"), 1L, null),
                new Manifest.Field("gone\u202E\u009b", "keyword", List.of("string"), 1L, null));
        dumps.publish(root, "journals", TAKEN.minus(Duration.ofDays(1)), 5);
        dumps.fields = List.of(dumps.fields.get(0));
        dumps.publish(root, "journals", TAKEN, 5);

        rendered()
                .forEach((name, text) ->
                        assertThat(text).as(name).doesNotContainPattern("[\u202a-\u202e\u2066-\u2069\u009b]"));
        assertThat(rendered().get("journals/index.html"))
                .contains("<code dir=\"ltr\">\\u202egnp.exe</code>", "key\\u2066word");
    }

    @Test
    void aPublishersTextIsShownAsTextEverywhere() throws Exception {
        dumps.title = HOSTILE;
        dumps.description = HOSTILE;
        dumps.homepage = "javascript:alert(3)";
        dumps.covers = List.of("/<script>alert(4)</script>");
        dumps.sample = HOSTILE + "\n";
        dumps.fields =
                List.of(new Manifest.Field(HOSTILE + "\u001b[2J\u009b", HOSTILE, List.of("string"), 1L, HOSTILE));
        dumps.publish(root, "journals", TAKEN, 5);
        Map<String, String> pages = rendered();
        pages.forEach((name, text) -> {
            if (name.endsWith(".html")) {
                assertThat(text.split("<script", -1)).as(name).hasSizeLessThanOrEqualTo(2);
                assertThat(text)
                        .as(name)
                        .doesNotContain("<img", "javascript:", "</title><script")
                        .doesNotContainPattern("[\\p{Cc}&&[^\\t\\n]]");
            }
        });
        assertThat(pages.get("journals/index.html"))
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "עברית 📚", "<h1 dir=\"auto\">");
        assertThat(structuredData(pages.get("journals/index.html")).path("name").textValue())
                .isEqualTo(HOSTILE);
        String title = xml(pages.get("feed.atom"))
                .getElementsByTagName("title")
                .item(1)
                .getTextContent();
        assertThat(title).startsWith(HOSTILE.replace('\u0000', '\uFFFD'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "index.de.html", "index.pt.html"})
    void aPageIsSelfContained(String name) throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        String page = rendered().get("journals/" + name);
        assertThat(page)
                .doesNotContain("src=", "@import", "url(", " style=", " onclick")
                .contains("default-src &#39;none&#39;");
        assertThat(page.split("rel=\"stylesheet\"", -1)).hasSize(1);
    }

    @Test
    void theStyleSheetIsTheOneThatThePolicyNames() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        String page = rendered().get("index.html");
        String style = page.substring(page.indexOf("<style>") + 7, page.indexOf("</style>"));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
        assertThat(page).contains("sha256-" + Base64.getEncoder().encodeToString(digest));
    }

    @Test
    void relativeLinksOfPagesLeadToFiles() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        dumps.publish(root, "journals", TAKEN.minus(Duration.ofDays(7)), 5);
        try (LocalDirectory directory = LocalDirectory.open(root)) {
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
        List<String> broken = new ArrayList<>();
        try (Stream<Path> pages = Files.walk(root)) {
            for (Path page : pages.filter(path -> path.toString().matches(".*(html|atom)"))
                    .toList()) {
                Matcher link = Pattern.compile("href=\"([^\"#]+)\"").matcher(Files.readString(page));
                while (link.find()) {
                    if (!link.group(1).contains(":") && !Files.exists(page.resolveSibling(link.group(1)))) {
                        broken.add(root.relativize(page) + " -> " + link.group(1));
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void aPublicPageHasAbsoluteUrls() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        Map<String, String> pages = renderedInPublic();
        JsonNode data = structuredData(pages.get("journals/index.html"));
        assertThat(data.path("url").textValue()).isEqualTo("https://dumps.example.org/open/journals/index.html");
        assertThat(data.at("/distribution/0/contentUrl").textValue())
                .isEqualTo("https://dumps.example.org/open/journals/2026-11-21T030000Z/"
                        + "journals-2026-11-21T030000Z.00001.jsonl");
        assertThat(data.path("license").textValue()).isEqualTo("https://creativecommons.org/publicdomain/zero/1.0/");
        assertThat(data.path("description").textValue()).hasSizeGreaterThanOrEqualTo(50);
        assertThat(pages.get("robots.txt")).contains("Sitemap: https://dumps.example.org/open/sitemap.xml");
        assertThat(xml(pages.get("sitemap.xml")).getElementsByTagName("loc").getLength())
                .isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "index.de.html", "index.pt.html"})
    void aDumpThatProgramsCanFetchHasButtonsForThem(String name) throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        assertThat(rendered().get("journals/" + name).split("class=\"button\"", -1))
                .hasSize(2);
        dumps.forPrograms = true;
        dumps.publish(root, "journals", TAKEN, 5);
        String page = rendered().get("journals/" + name);
        assertThat(page)
                .contains("class=\"button\" href=\"2026-11-21T030000Z/journals.meta4\"")
                .contains("class=\"button\" href=\"2026-11-21T030000Z/journals.torrent\"");
        assertThat(renderedInPublic().get("journals/" + name))
                .contains("aria2c -j 4 -c --auto-file-renaming=false --check-integrity=true"
                        + " https://dumps.example.org/open/journals/2026-11-21T030000Z/journals.meta4");
    }

    @Test
    void theReasonOfAWithdrawnDumpIsShownAsText() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        Path folder = Files.createDirectories(root.resolve("journals/2026-11-14T030000Z"));
        Files.writeString(folder.resolve("withdrawn.json"), """
                {"dump": "journals/2026-11-14T030000Z", "reason": "<b>wrong</b> {0}", "withdrawn_at": "2026-11-22T00:00:00Z",
                 "documents": 2, "bytes": 9, "files": []}
                """);
        assertThat(rendered().get("journals/index.html"))
                .contains("The dump of 2026-11-14T030000Z was withdrawn on 22 November 2026:"
                        + " &lt;b&gt;wrong&lt;/b&gt; {0}");
    }

    @Test
    void everyTimeInAPageIsValidHtmlHoweverPreciseItIs() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        dumps.publish(root, "journals", TAKEN.plusSeconds(60).plusNanos(123_456_789), 5);
        dumps.publish(root, "journals", TAKEN.plusSeconds(120).plusNanos(1), 5);
        dumps.publish(root, "works", TAKEN.plusSeconds(180).plusNanos(999_999_999), 5);
        Map<String, String> pages = new TreeMap<>(rendered());
        byte[] dump = DumpPage.write(
                "Works",
                null,
                "works/2026-11-21T030300Z",
                TAKEN.plusNanos(999_999_999),
                5,
                5,
                null,
                null,
                null,
                "works",
                List.of(),
                List.of());
        pages.put("works/2026-11-21T030300Z/index.html", new String(dump, StandardCharsets.UTF_8));
        List<String> times = pages.entrySet().stream()
                .filter(page -> page.getKey().endsWith(".html"))
                .flatMap(page -> Pattern.compile("datetime=\"([^\"]*)\"")
                        .matcher(page.getValue())
                        .results())
                .map(time -> time.group(1))
                .toList();
        assertThat(times)
                .contains("2026-11-21T03:01:00.123Z", "2026-11-21T03:00:00.999Z")
                .allSatisfy(time -> assertThat(time)
                        .matches("[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z"));
    }

    @Test
    void withoutAPublicUrlThereIsNoSitemap() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        assertThat(rendered()).doesNotContainKey("sitemap.xml").containsKey("robots.txt");
    }

    @Test
    void aFeedHasAnEntryForEachDumpAndAPermanentId() throws Exception {
        dumps.publish(root, "journals", TAKEN, 5);
        String before = xml(rendered().get("journals/feed.atom"))
                .getElementsByTagName("id")
                .item(1)
                .getTextContent();
        dumps.publish(root, "journals", TAKEN.plusSeconds(60), 5);
        Document feed = xml(rendered().get("journals/feed.atom"));
        assertThat(feed.getElementsByTagName("entry").getLength()).isEqualTo(2);
        assertThat(feed.getElementsByTagName("id").item(2).getTextContent()).isEqualTo(before);
        assertThat(feed.getElementsByTagName("updated").item(0).getTextContent())
                .isEqualTo("2026-11-21T03:01:00Z");
    }

    /** Kept in {@code target/site} for inspection. */
    @Test
    void aSiteOfFiveDatasetsWithThirtyDumpsEachIsBuiltFromManifests() throws Exception {
        Path site = Files.createDirectories(Path.of("target", "site"));
        try (LocalDirectory directory = LocalDirectory.open(site, URI.create("https://dumps.example.org/"))) {
            for (String dataset : List.of("articles", "authors", "cities", "journals", "works")) {
                dumps.title = dataset.equals("authors") ? "מחברים and \"authors\" <b>📚</b>" : "All " + dataset;
                dumps.description = "Every record of " + dataset + " that the site serves, one JSON document a line.";
                dumps.sample = "{\"id\":\"a\",\"bibjson\":{\"title\":\"Zeitschrift für Beispiele\",\"year\":2026}}\n"
                        .repeat(3);
                for (int week = 0; week < 30; week++) {
                    dumps.publish(site, dataset, TAKEN.minus(Duration.ofDays(7L * week)), 400_000 - 9_000L * week);
                }
            }
            new SiteWriter(directory, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).rebuild(Set.of());
        }
        assertThat(Files.readString(site.resolve("index.html")).split("<li>", -1))
                .hasSizeGreaterThan(5);
        String page = Files.readString(site.resolve("journals/index.html"));
        assertThat(page.split("<rect", -1)).hasSize(61);
        assertThat(page).contains("800,000");
        assertThat(Files.readString(site.resolve("journals/index.de.html"))).contains("800.000", "Dokumente");
    }
}
