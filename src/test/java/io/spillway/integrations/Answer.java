package io.spillway.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A response, read by parsers. */
record Answer(HttpResponse<byte[]> response) {
    /** A link of RFC 8288: the URL, then parameters. */
    private static final Pattern LINK = Pattern.compile("\\s*<([^>]*)>((?:\\s*;\\s*\\w+=\"[^\"]*\")*)\\s*(,|$)");

    private static final Pattern PARAMETER = Pattern.compile(";\\s*(\\w+)=\"([^\"]*)\"");

    int status() {
        return response.statusCode();
    }

    /** A header's only value. */
    String header(String name) {
        assertThat(response.headers().allValues(name)).as(name).hasSize(1);
        return response.headers().allValues(name).get(0);
    }

    /** The media type without parameters. */
    String mediaType() {
        return header("Content-Type").replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }

    /** URLs by their relation. */
    Map<String, URI> links() {
        Map<String, URI> links = new LinkedHashMap<>();
        String value = header("Link");
        Matcher link = LINK.matcher(value);
        int end = 0;
        while (end < value.length() && link.find(end) && link.start() == end) {
            Matcher parameter = PARAMETER.matcher(link.group(2));
            while (parameter.find()) {
                if (parameter.group(1).equals("rel")) {
                    links.put(parameter.group(2), URI.create(link.group(1)));
                }
            }
            end = link.end();
        }
        assertThat(end).as("the end of the list of links: " + value).isEqualTo(value.length());
        return links;
    }

    String text() {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    JsonNode json() throws IOException {
        assertThat(mediaType()).isEqualTo("application/problem+json");
        return new JsonMapper().readTree(response.body());
    }

    /** The page, which is also well-formed XML. */
    Document page() throws IOException {
        assertThat(mediaType()).isEqualTo("text/html");
        assertThat(text()).startsWith("<!DOCTYPE html>\n");
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(response.body()));
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("no page: " + text(), e);
        }
    }

    /** The targets of the page's links. */
    List<String> pageLinks() throws IOException {
        return elements(page().getElementsByTagName("a"))
                .map(link -> link.getAttribute("href"))
                .toList();
    }

    static Stream<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i));
    }
}
