package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Every format in which a publisher can be named names the one that the schedule configures. */
@Timeout(120)
class PublisherNameTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Characters that HTML, XML and JSON within HTML have to escape. */
    private static final String NAME = "Verein <Lesen & Schreiben> \"e. V.\"";

    @TempDir
    private Path folder;

    private PublishedWorld world;
    private Path dump;

    @BeforeEach
    void publish() throws Exception {
        world = new PublishedWorld(folder);
        world.keys = "publisher: '" + NAME + "'\n";
        dump = world.root.resolve(world.export().manifest().dump());
    }

    private String textOf(Path file, String element) throws Exception {
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        NodeList authors = document.getElementsByTagName(element);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < authors.getLength(); i++) {
            text.append(authors.item(i).getTextContent().trim()).append('\n');
        }
        return text.toString();
    }

    @Test
    void feedsNameThePublisherAsAuthorOfTheFeedAndOfEachEntry() throws Exception {
        world.export();
        assertThat(textOf(world.root.resolve("journals/feed.atom"), "name").lines())
                .hasSize(3)
                .containsOnly(NAME);
        assertThat(textOf(world.root.resolve("feed.atom"), "name").lines()).containsOnly(NAME);
    }

    @Test
    void structuredDataNamesThePublisher() throws Exception {
        Matcher script = Pattern.compile("<script type=\"application/ld\\+json\">(.*?)</script>", Pattern.DOTALL)
                .matcher(Files.readString(world.root.resolve("journals/index.html")));
        assertThat(script.find()).isTrue();
        JsonNode data = JSON.readTree(script.group(1));
        assertThat(data.at("/publisher/name").textValue()).isEqualTo(NAME);
        assertThat(data.at("/creator/name").textValue()).isEqualTo(NAME);
    }

    @Test
    void theKeysOfStructuredDataHaveAFixedOrder() throws Exception {
        Matcher script = Pattern.compile("<script type=\"application/ld\\+json\">(.*?)</script>", Pattern.DOTALL)
                .matcher(Files.readString(world.root.resolve("journals/index.html")));
        assertThat(script.find()).isTrue();
        assertThat(JSON.readTree(script.group(1)).path("publisher").fieldNames())
                .toIterable()
                .containsExactly("@type", "name");
    }

    @Test
    void theDataPackageTheManifestAndTheCitationNameThePublisher() throws Exception {
        JsonNode dataPackage = JSON.readTree(dump.resolve("datapackage.json").toFile());
        assertThat(dataPackage.at("/contributors/0/title").textValue()).isEqualTo(NAME);
        assertThat(JSON.readTree(dump.resolve("manifest.json").toFile())
                        .path("publisher")
                        .textValue())
                .isEqualTo(NAME);
        assertThat(Files.readString(dump.resolve("CITATION.cff"))).contains("Verein <Lesen & Schreiben>");
    }

    @Test
    void anOlderDumpKeepsThePublisherThatItWasPublishedBy() throws Exception {
        world.keys = "publisher: Another\n";
        world.export();
        assertThat(textOf(world.root.resolve("journals/feed.atom"), "name").lines())
                .containsExactly("Another", "Another", NAME);
    }
}
