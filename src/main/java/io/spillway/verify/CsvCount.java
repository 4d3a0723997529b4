package io.spillway.verify;

/**
 * Counts the rows of a CSV part's content from its bytes alone, without the code that wrote them: line feeds outside
 * quotes, the header's not counted. A byte order mark at the start is a part of the header. Belongs to one thread.
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
                // A doubled quote inside quotes closes and opens again.
                quoted = !quoted;
            } else if (b == '\n' && !quoted) {
                lines++;
            }
        }
        whole = length > 0 ? !quoted && buffer[length - 1] == '\n' : whole;
    }

    /** Neither the header nor a row that is not complete counts. */
    @Override
    public long documents() {
        return Math.max(0, lines - 1);
    }

    /** Whether the content also has its header, and ends where a row ends. */
    @Override
    public boolean endsWhole() {
        return whole;
    }
}
