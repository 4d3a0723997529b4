package io.spillway.verify;

/** Counts the documents in a part from its bytes alone, independently of the code that wrote them. */
interface DocumentCount extends AutoCloseable {

    /** A counter for a format, by its name in manifests. */
    static DocumentCount of(String format) {
        return switch (format) {
            case "csv" -> new CsvCount();
            case "bulk" -> new LineCount(2);
            case "tar" -> new TarCount();
            case "parquet" -> new ParquetCount();
            default -> new LineCount(1);
        };
    }

    /** Adds the next bytes of the content. */
    void take(byte[] buffer, int length);

    /** Number of complete documents so far. */
    long documents();

    /** Whether the content ends at the end of a document. */
    boolean endsWhole();

    /** What is wrong if the content ends early; follows the file's name in a message. */
    default String flaw() {
        return "ends in the middle of a document";
    }

    /** Releases what the counter keeps outside of memory. Never fails. */
    @Override
    default void close() {}
}
