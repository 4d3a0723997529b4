package io.spillway.support;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads all documents of a server by a scroll, for servers that have no points in time. Shares no code with the source. */
public final class Scroll {
    private static final int PAGE = 500;

    private Scroll() {}

    /**
     * The documents of an index, alias or pattern as {@code jsonl} with ids writes them, as sorted byte strings (see {@link
     * Dump}).
     */
    public static List<String> lines(URI server, String name) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        List<String> lines = new ArrayList<>();
        String path = "/%s/_search?scroll=1m&size=%d&sort=_doc".formatted(name.replace("*", "%2A"), PAGE);
        String body = "{\"query\":{\"match_all\":{}}}";
        while (true) {
            HttpRequest request = HttpRequest.newBuilder(server.resolve(path))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body))
                    .build();
            byte[] answer = client.send(request, BodyHandlers.ofByteArray()).body();
            int before = lines.size();
            String next = read(answer, lines);
            if (lines.size() == before) {
                Collections.sort(lines);
                return lines;
            }
            path = "/_search/scroll";
            body = "{\"scroll\":\"1m\",\"scroll_id\":\"" + next + "\"}";
        }
    }

    private static String read(byte[] answer, List<String> lines) throws IOException {
        String scroll = null;
        Map<String, String> hit = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(answer)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() != JsonToken.FIELD_NAME) {
                    continue;
                }
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("_source") && value == JsonToken.START_OBJECT) {
                    int start = (int) parser.currentTokenLocation().getByteOffset();
                    parser.skipChildren();
                    int end = (int) parser.currentLocation().getByteOffset();
                    hit.put(field, new String(answer, start, end - start, StandardCharsets.ISO_8859_1));
                } else if (value == JsonToken.VALUE_STRING && field.startsWith("_scroll")) {
                    scroll = parser.getText();
                } else if (value == JsonToken.VALUE_STRING && field.startsWith("_")) {
                    hit.put(field, quoted(parser.getText()));
                }
                if (field.equals("_source") || field.equals("_routing")) {
                    addIfComplete(parser, hit, lines);
                }
            }
        }
        return scroll;
    }

    /** A hit ends with its source, its routing, or sort values. */
    private static void addIfComplete(JsonParser parser, Map<String, String> hit, List<String> lines)
            throws IOException {
        if (!hit.containsKey("_source")) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            if (parser.currentToken() == JsonToken.VALUE_STRING
                    && parser.currentName().equals("_routing")) {
                hit.put("_routing", quoted(parser.getText()));
            } else {
                parser.skipChildren();
            }
        }
        String routing = hit.containsKey("_routing") ? ",\"_routing\":" + hit.get("_routing") : "";
        lines.add("{\"_id\":%s,\"_index\":%s%s,\"_source\":%s}"
                .formatted(hit.get("_id"), hit.get("_index"), routing, hit.get("_source")));
        hit.clear();
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsUTF8(text), StandardCharsets.ISO_8859_1) + '"';
    }
}
