package io.spillway.verify;

import io.spillway.encode.BulkLines;

/**
 * Counts the documents in a part's content from its bytes alone, without the code that wrote them. Belongs to one thread.
 */
final class DocumentCount {
    private final int linesPerDocument;
    private long lines;
    private byte last = '\n';

    private DocumentCount(int linesPerDocument) {
        this.linesPerDocument = linesPerDocument;
    }

    /** A count for a format as it is called in a manifest. */
    static DocumentCount of(String format) {
        return new DocumentCount(format.equals(BulkLines.FORMAT) ? 2 : 1);
    }

    void take(byte[] buffer, int length) {
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                lines++;
            }
        }
        last = length > 0 ? buffer[length - 1] : last;
    }

    /** Documents so far; a document that is not complete does not count. */
    long documents() {
        return lines / linesPerDocument;
    }

    /** Whether the content ends where a document ends. */
    boolean endsWhole() {
        return last == '\n' && lines % linesPerDocument == 0;
    }
}
