package io.spillway.pipeline;

import io.spillway.source.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The first published documents of a slice, for people who want to look before they fetch. Belongs to one thread. */
final class Sample {
    /** Enough to see what a dump is like, and to be read on a page. */
    private static final int DOCUMENTS = 10;
    /** A document that is larger is left out: nobody looks at it. */
    private static final int DOCUMENT_BYTES = 64 << 10;

    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private int documents;

    /** Takes the document if there is room for it. */
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

    /** The first documents of several slices, in the slices' order, as JSON Lines. */
    static String of(List<Sample> samples) {
        StringBuilder text = new StringBuilder();
        samples.stream()
                .flatMap(sample -> sample.lines.toString(StandardCharsets.UTF_8).lines())
                .limit(DOCUMENTS)
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
