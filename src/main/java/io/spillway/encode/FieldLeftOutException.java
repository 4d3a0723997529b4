package io.spillway.encode;

import java.io.IOException;

/** A document has a field without a column, which {@link CsvOptions.Unlisted#STOP} forbids. */
public final class FieldLeftOutException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Longer paths are truncated in the message: a field's name may have tens of thousands of characters. */
    private static final int SHOWN = 200;

    private final String path;
    private final String id;

    /**
     * Names the field and the first document that has it.
     *
     * @param path  dotted
     * @param id    of the document, as JSON
     * @param index of the document, as JSON
     */
    FieldLeftOutException(String path, String id, String index) {
        super("no column for field \"" + shown(path) + "\" of document " + id + " in index " + index);
        this.path = path;
        this.id = id;
    }

    /** The complete dotted path of the field. */
    public String path() {
        return path;
    }

    /** The document's id as JSON, including quotes. */
    public String idAsJson() {
        return id;
    }

    private static String shown(String path) {
        String cut = path.length() <= SHOWN ? path : path.substring(0, SHOWN) + "…";
        return cut.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }
}
