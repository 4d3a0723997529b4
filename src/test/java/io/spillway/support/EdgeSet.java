package io.spillway.support;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Documents that Elasticsearch accepts and returns, and that an exporter may fail on. Each has the body that was sent
 * and the expected line in a dump, as byte strings (see {@link Dump}).
 */
public final class EdgeSet {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int BULK_BYTES = 6_000_000;
    private static final int BIG = 5_000_000;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private EdgeSet() {}

    /**
     * A hostile document.
     *
     * @param id      its id
     * @param routing its routing, or null
     * @param sent    the body
     * @param line    the expected line in a dump
     */
    public record Edge(String id, String routing, String sent, String line) {
        @Override
        public String toString() {
            return id.length() > 40 ? id.substring(0, 40) + "..." : id;
        }
    }

    /**
     * Creates an index that stores everything and maps little: the contents of documents matter, not what can be
     * searched.
     */
    public static String newIndex(TestCluster cluster, int shards) throws IOException, InterruptedException {
        return cluster.newIndex("""
                {"settings": {"number_of_shards": %d, "number_of_replicas": 0, "refresh_interval": "-1"},
                 "mappings": {"dynamic": false, "properties": {
                   "raw": {"type": "object", "enabled": false},
                   "kids": {"type": "nested", "properties": {"name": {"type": "keyword"}}},
                   "word": {"type": "keyword", "ignore_above": 256},
                   "wide": {"type": "object", "dynamic": true}}}}
                """.formatted(shards));
    }

    /** Sends the documents unchanged, in bulk if they are on one line, then refreshes. */
    public static void load(TestCluster cluster, String index, List<Edge> edges)
            throws IOException, InterruptedException {
        ByteArrayOutputStream bulk = new ByteArrayOutputStream();
        for (Edge edge : edges) {
            byte[] body = edge.sent().getBytes(StandardCharsets.ISO_8859_1);
            if (edge.sent().indexOf('\n') >= 0 || edge.sent().indexOf(0) >= 0) {
                put(cluster, index, edge, body);
                continue;
            }
            ObjectNode action = JSON.createObjectNode();
            ObjectNode target = action.putObject("index").put("_id", edge.id());
            if (edge.routing() != null) {
                target.put("routing", edge.routing());
            }
            bulk.writeBytes(JSON.writeValueAsBytes(action));
            bulk.write('\n');
            bulk.writeBytes(body);
            bulk.write('\n');
            if (bulk.size() > BULK_BYTES) {
                cluster.bulk(index, bulk.toByteArray());
                bulk.reset();
            }
        }
        if (bulk.size() > 0) {
            cluster.bulk(index, bulk.toByteArray());
        }
        cluster.request("POST", "/" + index + "/_refresh", null);
    }

    /** Sends each document alone, refreshes, and returns those that the server stored. */
    public static List<Edge> loadAccepted(TestCluster cluster, String index, List<Edge> edges)
            throws IOException, InterruptedException {
        List<Edge> accepted = new ArrayList<>();
        for (Edge edge : edges) {
            String path = "/" + index + "/_doc/" + URLEncoder.encode(edge.id(), StandardCharsets.UTF_8)
                    + (edge.routing() == null
                            ? ""
                            : "?routing=" + URLEncoder.encode(edge.routing(), StandardCharsets.UTF_8));
            byte[] body = edge.sent().getBytes(StandardCharsets.ISO_8859_1);
            if (cluster.send("PUT", path.replace("+", "%20"), body, "application/json")
                                    .statusCode()
                            / 100
                    == 2) {
                accepted.add(edge);
            }
        }
        cluster.request("POST", "/" + index + "/_refresh", null);
        return accepted;
    }

    private static void put(TestCluster cluster, String index, Edge edge, byte[] body)
            throws IOException, InterruptedException {
        String path = "/" + index + "/_doc/" + URLEncoder.encode(edge.id(), StandardCharsets.UTF_8);
        HttpResponse<String> answer = cluster.send("PUT", path, body, "application/json");
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(edge + " refused: " + answer.body());
        }
    }

    /** The expected lines of a dump of an index with so many shards: one shard holds an id once. */
    public static List<String> lines(List<Edge> edges, int shards) {
        Map<String, String> lines = new LinkedHashMap<>();
        edges.forEach(edge -> lines.put(shards == 1 ? edge.id() : edge.id() + "\n" + edge.routing(), edge.line()));
        return List.copyOf(lines.values());
    }

    /** The expected lines of a dump of this index, with the shards that its server chooses: one shard holds an id once. */
    public static List<String> lines(TestCluster cluster, String index, List<Edge> edges)
            throws IOException, InterruptedException {
        Map<String, String> lines = new LinkedHashMap<>();
        for (Edge edge : edges) {
            lines.put(
                    edge.routing() == null ? edge.id() : edge.id() + "\n" + cluster.shard(index, edge.routing()),
                    edge.line());
        }
        return List.copyOf(lines.values());
    }

    /** Documents that must be exported whole. */
    public static List<Edge> all() {
        List<Edge> edges = new ArrayList<>();
        whiteSpace(edges);
        comments(edges);
        numbers(edges);
        strings(edges);
        keys(edges);
        shapes(edges);
        big(edges);
        identities(edges);
        return edges;
    }

    /** Documents with bytes in a string that are not UTF-8, and the lines with U+FFFD in place of each such byte. */
    public static List<Edge> notUtf8() {
        return List.of(
                broken("surrogate", "\u00ED\u00A0\u0080", 3),
                broken("surrogate-pair", "\u00ED\u00A0\u00BD\u00ED\u00B8\u0080", 6),
                broken("overlong-nul", "\u00C0\u0080", 2),
                broken("overlong-quote", "\u00C0\u00A2", 2),
                broken("overlong-slash", "\u00E0\u0080\u00AF", 3),
                broken("above-10ffff", "\u00F4\u0090\u0080\u0080", 4));
    }

    /** Documents in an encoding that the server stores and returns unchanged, or fails on. */
    public static List<Edge> otherEncodings() {
        return List.of(
                encoded("utf-16le", Charset.forName("UTF-16LE")),
                encoded("utf-16be", Charset.forName("UTF-16BE")),
                encoded("utf-16-with-mark", Charset.forName("UTF-16")),
                encoded("utf-32be", Charset.forName("UTF-32BE")));
    }

    private static Edge broken(String id, String bytes, int replaced) {
        String line = "{\"raw\":{\"v\":\"x%sy\"}}";
        return new Edge(id, null, line.formatted(bytes), line.formatted(Dump.utf8("\uFFFD".repeat(replaced))));
    }

    private static Edge encoded(String id, Charset charset) {
        return new Edge(id, null, Dump.bytes("{\"raw\":{\"v\":\"\u00E9 \u4E2D\"}}".getBytes(charset)), "");
    }

    private static void whiteSpace(List<Edge> edges) {
        add(
                edges,
                "pretty",
                "{\n  \"raw\": {\n    \"list\": [\n      1,\n      {\"a\": \"line\\nfeed\"}\n    ],\n    \"none\": {}\n  }\n}\n",
                "{  \"raw\": {    \"list\": [      1,      {\"a\": \"line\\nfeed\"}    ],    \"none\": {}  }}");
        add(
                edges,
                "tabs-and-crlf",
                "{\r\n\t\"raw\":\t[\r\n\t\ttrue,\r\n\t\tnull ]\r\n}",
                "{\t\"raw\":\t[\t\ttrue,\t\tnull ]}");
        add(edges, "carriage-returns", "{\r\"raw\":\r{\"a\":\r1}\r}", "{\"raw\":{\"a\":1}}");
        add(edges, "blank-lines", "\n\n  {\"raw\":\n\n\n{\"a\":1,\n\n\"b\":2}}\n\n", "{\"raw\":{\"a\":1,\"b\":2}}");
        same(edges, "blanks-that-stay", "{ \"raw\" :\t[ 1 , 2\t, { } ] , \"b\" : [ ] }");
        same(edges, "looks-like-bulk", "{\"raw\":\"{\\\"index\\\":{}}\\n{\\\"a\\\":1}\\n\"}");
    }

    private static void comments(List<Edge> edges) {
        add(edges, "block-comment", "{\"raw\":{/* one */\"a\":1/**/}}", "{\"raw\":{\"a\":1}}");
        add(edges, "comment-with-a-quote", "{\"raw\":/* \"not a string */1,\"b\":/*/ \" */2}", "{\"raw\":1,\"b\":2}");
        add(
                edges,
                "line-comments",
                "{ // one \"\n\"raw\": /* two\n lines */ \"// text /* text */\" // three }\r\n,// four\n\"b\":1}\n// five\n",
                "{ \"raw\":  \"// text /* text */\" ,\"b\":1}");
        add(edges, "byte-order-mark", BYTE_ORDER_MARK + "{\"raw\":1}", "{\"raw\":1}");
    }

    private static void numbers(List<Edge> edges) {
        same(edges, "beyond-double", "{\"raw\":[1e400,-1E+400,1e-400,5e-324,1.7976931348623157e308]}");
        same(edges, "minus-zero", "{\"raw\":[-0.0,-0,0e0,-0E-5]}");
        same(
                edges,
                "long-integers",
                "{\"raw\":[9223372036854775807,9223372036854775808,18446744073709551616,9007199254740993,1%s]}"
                        .formatted("0".repeat(40)));
        same(
                edges,
                "long-decimals",
                "{\"raw\":[0.1000000000000000055511151231257827021181583404541015625,12345678901234567890.12345678901234567890]}");
        same(edges, "spellings", "{\"raw\":[1,1.0,1.00,1e0,1E0,1e+0,10e-1,100,1e2,0.10,19.90]}");
        same(edges, "nine-hundred-digits", "{\"raw\":[%s,0.%s]}".formatted("7".repeat(900), "123".repeat(300)));
    }

    private static void strings(List<Edge> edges) {
        same(edges, "lone-surrogates", "{\"raw\":[\"a\\ud800b\",\"\\udc00\",\"\\ude00\\ud83d\",\"\\ud83d\\ude00\"]}");
        same(edges, "lone-surrogate-that-is-mapped", "{\"word\":\"a\\ud800b\"}");
        same(edges, "control-characters", "{\"raw\":\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\u007F\u0080\u009F\"}");
        same(edges, "line-separators", "{\"raw\":\"a\u2028b\u2029c\u0085d\\u000be\\u000cf\"}");
        same(
                edges,
                "spellings-of-escapes",
                "{\"raw\":[\"\\/\",\"/\",\"\\u002f\",\"\\u00e9\",\"\u00E9\",\"\\u00E9\",\"\\\"\"]}");
        same(
                edges,
                "backslashes",
                "{\"raw\":[\"\\\\\",\"\\\\\\\\\",\"a\\\\\",\"C:\\\\new\",\"\\\\u0041\",\"\\\\\\\"\"]}");
        same(edges, "far-planes", "{\"raw\":\"\uD83D\uDE00\uD835\uDD18\uDBFF\uDFFF\uFFFF\uFFFE\uFDD0\uFFFD\uE000\"}");
        same(edges, "byte-order-mark-inside", "{\"raw\":\"\uFEFFa\uFEFF\"}");
        same(edges, "ends-like-an-answer", "{\"raw\":\"x\\\"sort\\\":[9,9]}]}}\",\"sort\":[9,9]}");
    }

    private static void keys(List<Edge> edges) {
        same(
                edges,
                "odd-keys",
                "{\"raw\":{\"a.b\":1,\"...\":2,\"\":3,\" \":4,\"a\\\"b\":5,\"a\\\\b\":6,\"a\\nb\":7,\"a,b\":8}}");
        same(
                edges,
                "keys-beyond-ascii",
                "{\"raw\":{\"\u4E2D\u6587\":1,\"\uFEFFid\":2,\"a\u2028b\":3,\"a\\ud83db\":4,\"\\u0061\":5}}");
        same(
                edges,
                "keys-that-look-alike",
                "{\"raw\":{\"a.b\":1,\"a\":{\"b\":2},\"A\":3,\"caf\u00E9\":4,\"cafe\u0301\":5}}");
        same(
                edges,
                "keys-of-a-hit",
                "{\"raw\":{\"_id\":\"x\",\"_source\":{},\"_index\":\"y\",\"_routing\":\"z\",\"hits\":{\"hits\":[]},\"pit_id\":\"p\"}}");
        same(edges, "a-long-key", "{\"raw\":{\"%s\":1}}".formatted("k".repeat(20_000)));
    }

    private static void shapes(List<Edge> edges) {
        same(edges, "deep-objects", "{\"raw\":" + "{\"k\":".repeat(900) + "1" + "}".repeat(900) + "}");
        same(edges, "deep-arrays", "{\"raw\":" + "[".repeat(900) + "1" + "]".repeat(900) + "}");
        same(edges, "wide", "{\"wide\":{" + members(900) + "}}");
        same(edges, "many-keys", "{\"raw\":{" + members(5_000) + "}}");
        same(edges, "nothing", "{}");
        same(
                edges,
                "empty-everything",
                "{\"raw\":{\"o\":{},\"a\":[],\"s\":\"\",\"n\":null,\"aa\":[[],[[]],{}]},\"word\":\"\",\"kids\":[]}");
        same(edges, "nulls", "{\"raw\":[null,[null],{\"a\":null}],\"word\":null,\"kids\":null,\"wide\":null}");
        same(edges, "nested", "{\"kids\":[{\"name\":\"Ana\"},{\"name\":[\"Bo\",\"Cy\"]},{\"name\":null}]}");
    }

    private static void big(List<Edge> edges) {
        same(edges, "big-string", "{\"raw\":\"" + "0123456789abcdef".repeat(BIG / 16) + "\"}");
        same(edges, "big-escapes", "{\"raw\":\"" + "\\u0001\\\"\\\\\\n".repeat(BIG / 12) + "\"}");
    }

    private static void identities(List<Edge> edges) {
        for (String id :
                List.of("a/b", "a\"b", "a\nb", "a\u0000b", "..", "\u05E9\u05DC\u05D5\u05DD", "x".repeat(512))) {
            edges.add(new Edge(id, null, "{\"raw\":\"id\"}", "{\"raw\":\"id\"}"));
        }
        edges.add(new Edge("routed", "a,\"b\"\n", "{\"raw\":\"routed\"}", "{\"raw\":\"routed\"}"));
        // In an index of three shards, each of these routings leads to a different shard: three documents with one id.
        for (String routing : List.of("r3", "r4", "r5")) {
            String document = "{\"word\":\"twin\",\"raw\":\"" + routing + "\"}";
            edges.add(new Edge("twin", routing, document, document));
        }
    }

    private static String members(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"f" + i + "\":" + i * 7)
                .collect(Collectors.joining(","));
    }

    private static void same(List<Edge> edges, String id, String text) {
        add(edges, id, text, text);
    }

    private static void add(List<Edge> edges, String id, String sent, String line) {
        edges.add(new Edge(id, null, Dump.utf8(sent), Dump.utf8(line)));
    }
}
