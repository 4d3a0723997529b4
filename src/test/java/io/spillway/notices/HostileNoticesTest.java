package io.spillway.notices;

import static io.spillway.notices.PublishedNotices.TAKEN;
import static io.spillway.support.PublishedSchemas.assertObeys;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.catalog.Addresses;
import io.spillway.catalog.Listing;
import io.spillway.destination.ObjectKey;
import io.spillway.manifest.Manifest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an operator's texts contain, each body stays valid for its parser and shows the text as text. */
class HostileNoticesTest {
    private static final List<String> PIECES = List.of(
            "</title><script>alert(1)</script>",
            "<img src=x onerror=alert(2)>",
            "\"><svg/onload=alert(3)>",
            "' onmouseover='alert(4)",
            "<!-- never closed",
            "]]>",
            "</style><style>*{display:none}",
            "&lt;b&gt; &amp; &#x3c;",
            "\"quoted\" and 'quoted'",
            "back\\slash \\u0022 \\n",
            "line\r\nbreak\nand\rmore",
            "Set-Cookie: a=b\r\n\r\n<h1>",
            "NUL\u0000NUL",
            "\u001B[2J\u001B[31mred\u0007",
            "\u202Egnihtyna\u202C",
            "עברית ועוד עברית",
            "اللغة العربية",
            "日本語のタイトル",
            "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 📚",
            "Z" + "\u0300".repeat(300),
            "half \uD83D of a pair",
            "\uFFFF\uFDD0\uFEFF",
            "\u2028\u2029\u0085",
            "${jndi:ldap://x} #{7*7} {{7*7}} <%= 7*7 %>",
            "{0} {1} '{2}' {",
            "%s %n %d %99999999s",
            "$(reboot) `reboot` ; rm -rf /",
            "javascript:alert(5)",
            "\t \u00A0 \u3000 ",
            "a".repeat(5_000),
            "\"".repeat(5_000),
            "<".repeat(5_000),
            "📚".repeat(2_000),
            "word ".repeat(1_000));

    private static final Set<String> ELEMENTS = Set.of(
            "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "strong", "ul", "li", "a", "bdi",
            "small");

    private static final Set<String> ATTRIBUTES =
            Set.of("lang", "dir", "charset", "http-equiv", "content", "name", "href");

    @TempDir
    private Path root;

    /** Each piece alone, and enough mixtures for a total of a hundred. */
    static Stream<String> texts() {
        Random random = new Random(8);
        List<String> texts = new ArrayList<>(PIECES);
        while (texts.size() < 100) {
            texts.add(random.ints(3, 0, PIECES.size()).mapToObj(PIECES::get).collect(Collectors.joining(" ")));
        }
        return texts.stream();
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("texts")
    void aHostileTextIsPlainTextInEachBody(String text) throws Exception {
        try (PublishedNotices site = new PublishedNotices(root)) {
            site.dumps.title = text;
            site.dumps.description = text;
            site.dumps.license = text;
            site.dumps.homepage = text;
            site.dumps.covers = List.of("/" + text);
            Manifest manifest = site.dumps.publish(root, "journals", TAKEN, 5);
            Listing listing = Listing.of(manifest, Addresses.fromRoot(site.directory), List.of());
            NoticeSettings settings = new NoticeSettings(
                    List.of("en"), null, contact(text), URI.create("https://example.org/p#"), 10, true);
            Subjects subjects = new Subjects(site.directory, AddressCheck.NONE, settings, site.now);
            Bodies bodies = new Bodies(settings);
            Map<ObjectKey, byte[]> files = bodies.of(subjects.ofDataset(manifest, listing), Set.of("de"));
            files.putAll(bodies.of(subjects.ofSite(List.of(listing)), Set.of()));
            assertThat(files).hasSize(3 * 3 * 3 + 3 * 3 * 2);
            String title = PlainText.line(text, 160);
            for (Map.Entry<ObjectKey, byte[]> file : files.entrySet()) {
                String name = file.getKey().value();
                assertThat(file.getValue()).as(name).hasSizeLessThan(8_000);
                String body = StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(file.getValue()))
                        .toString();
                if (name.endsWith(".json")) {
                    assertJson(file.getValue(), title);
                } else if (name.endsWith(".html")) {
                    assertPage(name, body, title);
                } else {
                    assertTerminal(name, body, title);
                }
            }
        }
    }

    /** As long as the schedule allows. */
    private static String contact(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200);
    }

    private static void assertJson(byte[] body, String title) throws Exception {
        JsonNode notice = assertObeys("notice", body);
        JsonNode downloads = notice.path("bulk_downloads");
        JsonNode holder = downloads.has("datasets") ? downloads.at("/datasets/0") : downloads;
        assertThat(holder.path("title").textValue()).isEqualTo(title);
    }

    private static void assertPage(String name, String body, String title) {
        Parser parser = Parser.htmlParser().setTrackErrors(10);
        Document page = parser.parseInput(body, "https://example.org/");
        assertThat(parser.getErrors()).as(name).isEmpty();
        Set<String> attributes = new TreeSet<>();
        for (Element element : page.getAllElements()) {
            if (!element.normalName().equals("#root")) {
                assertThat(ELEMENTS).as(name).contains(element.normalName());
                element.attributes().forEach(attribute -> attributes.add(attribute.getKey()));
            }
        }
        assertThat(ATTRIBUTES).as(name).containsAll(attributes);
        assertThat(page.select("a[href]"))
                .as(name)
                .isNotEmpty()
                .allMatch(link -> link.attr("href").matches("https?://[!-~]+"));
        String shown = name.contains("journals")
                ? page.selectFirst("h2").wholeText()
                : page.selectFirst("li bdi").wholeText();
        assertThat(shown).as(name).isEqualTo(title);
    }

    private static void assertTerminal(String name, String body, String title) {
        assertThat(body.codePoints().filter(c -> Character.isISOControl(c) && c != '\n'))
                .as(name)
                .isEmpty();
        assertThat(body.lines())
                .as(name)
                .allSatisfy(line -> assertThat(line.codePointCount(0, line.length()) <= TextBody.WIDTH
                                || !line.contains(" ")
                                || line.startsWith("SHA-256 "))
                        .as(line)
                        .isTrue());
        assertThat(body.replace("\n", " ")).as(name).contains(title);
    }

    @Test
    void anInvalidUrlIsNotNamed() throws Exception {
        try (PublishedNotices site = new PublishedNotices(root)) {
            for (String homepage : List.of("javascript:alert(1)", "http://", "https://x y", "//x", "https://\u001B/")) {
                site.dumps.homepage = homepage;
                Manifest manifest = site.dumps.publish(root, "journals", TAKEN, 5);
                Listing listing = Listing.of(manifest, Addresses.fromRoot(site.directory), List.of());
                Subject subject = new Subjects(site.directory, AddressCheck.NONE, NoticeSettings.DEFAULT, site.now)
                        .ofDataset(manifest, listing);
                assertThat(subject.homepage()).as(homepage).isNull();
            }
        }
    }
}
