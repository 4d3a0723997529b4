package io.spillway.pipeline;

import io.spillway.source.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The first published documents of a slice, as a preview for readers. Not thread-safe. */
final class Sample {
    /** Enough for an impression of the dump, and short enough for a page. */
    private static final int DOCUMENTS = 10;
    /** Larger documents are skipped, because they are no use as a preview. */
    private static final int DOCUMENT_BYTES = 64 << 10;

    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private int documents;

    /** Adds the document if there is room for it. */
    void offer(Document document) {
        if (documents < DOCUMENTS && document.length() <= DOCUMENT_BYTES) {
            try {
                document.writeSource(lines);
            } catch (IOException impossible) {
                throw new IllegalStateException("writing to memory cannot fail", impossible);
            }
            lines.write('\n');
            documents++;
        }
    }

    /** The first documents of several slices, in slice order, as JSON Lines. */
    static String of(List<Sample> samples) {
        StringBuilder text = new StringBuilder();
        samples.stream()
                .flatMap(sample -> sample.lines.toString(StandardCharsets.UTF_8).lines())
                .limit(DOCUMENTS)
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
