package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.Digests;
import io.spillway.manifest.SideFile;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The requirements of RFC 5854, and how aria2 reads the result. */
@Timeout(120)
@Tag("slow")
class MetalinkTest {
    private static final byte[] ONE = "{\"id\":1}\n".repeat(50_000).getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "{\"id\":2}\n".getBytes(StandardCharsets.UTF_8);
    private static final List<SideFile> FILES = List.of(file("a.00001.jsonl", ONE), file("a.00002.jsonl", TWO));

    @TempDir
    private Path site;

    @TempDir
    private Path downloads;

    private static SideFile file(String name, byte[] bytes) {
        return new SideFile(name, bytes.length, Digests.sha256(bytes));
    }

    private static Document parsed(byte[] metalink) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(metalink));
    }

    private static Element element(Document document, String name, int number) {
        return (Element) document.getElementsByTagNameNS("urn:ietf:params:xml:ns:metalink", name)
                .item(number);
    }

    @Test
    void aFileHasItsLengthItsChecksumAndAllItsUrls() throws Exception {
        Document metalink = parsed(Metalink.of(
                "x/y",
                FILES,
                List.of("manifest.json"),
                List.of(URI.create("https://a.example/x/"), URI.create("https://b.example/y/")),
                "1.0"));
        assertThat(element(metalink, "file", 1).getAttribute("name")).isEqualTo("x/y/a.00002.jsonl");
        assertThat(element(metalink, "size", 1).getTextContent()).isEqualTo("9");
        assertThat(element(metalink, "hash", 1).getAttribute("type")).isEqualTo("sha-256");
        assertThat(element(metalink, "hash", 1).getTextContent()).isEqualTo(Digests.sha256(TWO));
        assertThat(element(metalink, "url", 2).getTextContent()).isEqualTo("https://a.example/x/a.00002.jsonl");
        assertThat(element(metalink, "url", 2).getAttribute("priority")).isEqualTo("1");
        assertThat(element(metalink, "url", 3).getTextContent()).isEqualTo("https://b.example/y/a.00002.jsonl");
        assertThat(element(metalink, "url", 3).getAttribute("priority")).isEqualTo("2");
    }

    @Test
    void aria2UsesTheSecondPlaceIfTheFirstHasNothing() throws Exception {
        serveBoth();
        try (WebServer server = WebServer.serving(site)) {
            Tool.Result ended = fetch(server, "gone/", "there/");
            assertThat(ended.exitCode()).as(ended.output()).isZero();
            assertThat(server.gets("gone/a.00001.jsonl")).as("requested first").isNotEmpty();
        }
        assertThat(downloads.resolve("x/y/a.00001.jsonl")).hasBinaryContent(ONE);
        assertThat(downloads.resolve("x/y/a.00002.jsonl")).hasBinaryContent(TWO);
    }

    @Test
    void aria2RejectsAFileWithAnotherChecksum() throws Exception {
        serveBoth();
        byte[] damaged = ONE.clone();
        damaged[1000] ^= 1;
        Files.write(site.resolve("there/a.00001.jsonl"), damaged);
        try (WebServer server = WebServer.serving(site)) {
            assertThat(fetch(server, "there/").exitCode()).isEqualTo(32);
        }
    }

    private void serveBoth() throws Exception {
        Path there = Files.createDirectories(site.resolve("there"));
        Files.write(there.resolve("a.00001.jsonl"), ONE);
        Files.write(there.resolve("a.00002.jsonl"), TWO);
    }

    private Tool.Result fetch(WebServer server, String... folders) throws Exception {
        Path metalink = downloads.resolve("a.meta4");
        List<URI> places =
                List.of(folders).stream().map(server.address()::resolve).toList();
        Files.write(metalink, Metalink.of("x/y", FILES, List.of(), places, "1.0"));
        return Tool.run(downloads, "aria2c", "--no-conf", "--max-tries=1", "-q", "-M", metalink.toString());
    }
}
