package io.spillway.verify;

/** Counts the documents in a part's content from its bytes alone, without the code that wrote them. */
interface DocumentCount {

    /** A count for a format as it is called in a manifest. */
    static DocumentCount of(String format) {
        return switch (format) {
            case "csv" -> new CsvCount();
            case "bulk" -> new LineCount(2);
            case "tar" -> new TarCount();
            default -> new LineCount(1);
        };
    }

    /** The next bytes of the content. */
    void take(byte[] buffer, int length);

    /** Documents so far; a document that is not complete does not count. */
    long documents();

    /** Whether the content ends where a document ends. */
    boolean endsWhole();

    /** What is wrong where the content does not end whole, to stand behind a file's name. */
    default String flaw() {
        return "ends in the middle of a document";
    }
}
