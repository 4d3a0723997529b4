package io.spillway.verify;

/** Counts documents of a fixed number of lines each. Not thread-safe. */
final class LineCount implements DocumentCount {
    private final int linesPerDocument;
    private long lines;
    private byte last = '\n';

    LineCount(int linesPerDocument) {
        this.linesPerDocument = linesPerDocument;
    }

    @Override
    public void take(byte[] buffer, int length) {
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                lines++;
            }
        }
        last = length > 0 ? buffer[length - 1] : last;
    }

    @Override
    public long documents() {
        return lines / linesPerDocument;
    }

    @Override
    public boolean endsWhole() {
        return last == '\n' && lines % linesPerDocument == 0;
    }
}
