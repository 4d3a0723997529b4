package io.spillway.encode;

import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Documents and their encoded form. */
final class CsvSample {
    private CsvSample() {}

    /** A document as a page reader creates it, somewhere in the middle of an answer. */
    static Document document(byte[] source) throws MalformedJsonException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes("[\"7\",\"books\",".getBytes(StandardCharsets.UTF_8));
        answer.writeBytes(source);
        answer.writeBytes("]".getBytes(StandardCharsets.UTF_8));
        byte[] bytes = answer.toByteArray();
        JsonCursor cursor = new JsonCursor(bytes, 13, bytes.length);
        int start = cursor.skipDocument();
        return new Document(
                bytes,
                new Range(start, cursor.position()),
                cursor.findings(),
                new Range(1, 4),
                new Range(5, 12),
                Range.NONE);
    }

    static Document document(String source) throws MalformedJsonException {
        return document(source.getBytes(StandardCharsets.UTF_8));
    }

    /** A whole part. */
    static byte[] part(Csv csv, List<Document> documents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        csv.begin(out);
        for (Document document : documents) {
            csv.encode(document, out);
        }
        return out.toByteArray();
    }

    /** A mapping of fields that are written {@code path:type}. */
    static List<SourceField> mapping(String... fields) {
        return Arrays.stream(fields)
                .map(field -> field.split(":", 2))
                .map(field -> new SourceField(field[0], field[1]))
                .toList();
    }

    /**
     * Columns in the order of their names: a keyword each, an object if it is above others, or the type after the
     * colon.
     */
    static CsvColumns columns(String... columns) throws Exception {
        List<String> names =
                Arrays.stream(columns).map(column -> column.split(":", -1)[0]).toList();
        return CsvColumns.named(
                names,
                source(Arrays.stream(columns)
                        .map(column -> column.split(":"))
                        .map(column ->
                                new SourceField(column[0], column.length > 1 ? column[1] : type(column[0], names)))
                        .toList()));
    }

    /** An index with these fields in its mapping, which has every field of its documents. */
    static SourceDescription source(List<SourceField> fields) {
        return new SourceDescription("elasticsearch", null, "books", List.of("books"), 1, false, fields);
    }

    /** An index whose documents may have fields that its mapping does not have. */
    static SourceDescription open(List<SourceField> fields) {
        return new SourceDescription(
                "elasticsearch",
                null,
                "books",
                List.of("books"),
                1,
                false,
                fields,
                SourceDescription.Reading.PLAIN,
                true);
    }

    private static String type(String name, List<String> names) {
        return names.stream().anyMatch(other -> other.startsWith(name + ".")) ? "object" : "keyword";
    }
}
