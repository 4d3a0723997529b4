package io.spillway.fields;

import io.spillway.fault.SpillwayException;
import io.spillway.json.JsonCursor;
import io.spillway.json.MalformedJsonException;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Short helpers for the tests of this package. */
final class Fields {
    private Fields() {}

    static FieldPolicy policy(List<String> include, List<String> exclude, FieldPolicy.Unlisted unlisted) {
        return new FieldPolicy(patterns(include), patterns(exclude), List.of(), unlisted);
    }

    static List<FieldPattern> patterns(List<String> texts) {
        return texts.stream().map(FieldPattern::of).toList();
    }

    /** Mapped fields from texts such as {@code a.b:keyword}. */
    static List<SourceField> mapped(String... fields) {
        return Stream.of(fields)
                .map(field -> new SourceField(
                        field.substring(0, field.indexOf(":")), field.substring(field.indexOf(":") + 1)))
                .toList();
    }

    /** The counts of these filters, as slices 0, 1 and so on. */
    static FieldCounts counts(FieldFilter... filters) {
        FieldCounts counts = new FieldCounts();
        for (int slice = 0; slice < filters.length; slice++) {
            counts.add(slice, filters[slice]);
        }
        return counts;
    }

    static Document document(String json) throws MalformedJsonException {
        byte[] bytes = (json + "\"id\"\"index\"").getBytes(StandardCharsets.UTF_8);
        int end = json.getBytes(StandardCharsets.UTF_8).length;
        JsonCursor cursor = new JsonCursor(bytes, 0, end);
        cursor.skipDocument();
        return new Document(
                bytes,
                new Document.Range(0, end),
                cursor.findings(),
                new Document.Range(end, end + 4),
                new Document.Range(end + 4, end + 11),
                Document.Range.NONE);
    }

    static String text(Document document) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        document.writeSource(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    static String apply(FieldFilter filter, String json) throws SpillwayException, IOException, MalformedJsonException {
        return text(filter.apply(document(json)));
    }
}
