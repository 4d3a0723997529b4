package io.spillway.verify;

/**
 * Counts the rows of a CSV part from its bytes alone, independently of the code that wrote them: line feeds outside
 * quotes, without the header's. A byte order mark at the start belongs to the header. Not thread-safe.
 */
final class CsvCount implements DocumentCount {
    private long lines;
    private boolean quoted;
    private boolean whole;

    @Override
    public void take(byte[] buffer, int length) {
        for (int i = 0; i < length; i++) {
            byte b = buffer[i];
            if (b == '"') {
                // A doubled quote inside quotes closes and reopens them.
                quoted = !quoted;
            } else if (b == '\n' && !quoted) {
                lines++;
            }
        }
        whole = length > 0 ? !quoted && buffer[length - 1] == '\n' : whole;
    }

    /** Without the header and an incomplete row. */
    @Override
    public long documents() {
        return Math.max(0, lines - 1);
    }

    /** Whether the content ends at the end of a row and has its header. */
    @Override
    public boolean endsWhole() {
        return whole;
    }
}
