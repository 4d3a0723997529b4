package io.spillway.pipeline;

import io.spillway.source.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;
import java.util.NavigableMap;

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

    /** The documents as JSON Lines. */
    String text() {
        return lines.toString(StandardCharsets.UTF_8);
    }

    /** The first documents of several slices, whose texts are in slice order, as JSON Lines. */
    static String first(Collection<String> texts) {
        StringBuilder text = new StringBuilder();
        texts.stream()
                .flatMap(String::lines)
                .limit(DOCUMENTS)
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** Removes the texts of slices that cannot be among the first documents, whatever the missing slices have. */
    static void trim(NavigableMap<Integer, String> texts) {
        long before = 0;
        for (Iterator<String> each = texts.values().iterator(); each.hasNext(); ) {
            String text = each.next();
            if (before >= DOCUMENTS) {
                each.remove();
            } else {
                before += text.lines().count();
            }
        }
    }
}
