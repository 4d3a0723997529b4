package io.spillway.source.elasticsearch;

import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import io.spillway.source.Document.Range;
import io.spillway.source.DocumentSource;
import io.spillway.support.FaultySource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Sources whose documents are only counted: neither the order of hits nor their places in the shards are checked. For the
 * test that a fault campaign finds what counting alone does not.
 */
public final class CountedOnly {
    private CountedOnly() {}

    /** Opens such a source; the caller closes it. */
    public static DocumentSource open(ElasticsearchOptions options) throws SpillwayException {
        return new FaultySource(ElasticsearchSource.openUnchecked(options))
                .changing(documents ->
                        documents.stream().map(CountedOnly::withoutPlace).toList());
    }

    private static Document withoutPlace(Document document) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            document.writeSource(bytes);
            int source = bytes.size();
            bytes.write(document.idAsJson().getBytes(StandardCharsets.UTF_8));
            int id = bytes.size();
            bytes.write(document.indexAsJson().getBytes(StandardCharsets.UTF_8));
            return new Document(
                    bytes.toByteArray(),
                    new Range(0, source),
                    0,
                    new Range(source, id),
                    new Range(id, bytes.size()),
                    Range.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
