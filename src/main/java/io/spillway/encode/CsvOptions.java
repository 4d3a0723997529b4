package io.spillway.encode;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How {@link Csv} writes. Everything is off by default that changes what a cell says.
 *
 * @param arrays         what stands in a cell for an array
 * @param separator      between the values of a joined array; without effect on {@link ArrayForm#JSON}
 * @param byteOrderMark  whether each part begins with EF BB BF, for spreadsheets that take UTF-8 for something else
 * @param escapeFormulas whether text that a spreadsheet would take for a formula gets an apostrophe in front: a first
 *                       character {@code = + - @}, tab, carriage return, line feed or full-width {@code ＝＋－＠}.
 *                       Numbers are left alone. Readers other than spreadsheets see the apostrophe as a part of the text
 * @param unlisted       what becomes of a document's fields that no column takes
 */
public record CsvOptions(
        ArrayForm arrays, String separator, boolean byteOrderMark, boolean escapeFormulas, Unlisted unlisted) {

    /** Arrays as JSON, no byte order mark, formulas as they are, unlisted fields left out and counted. */
    public static final CsvOptions DEFAULTS = new CsvOptions(ArrayForm.JSON, "|", false, false, Unlisted.NOTE);

    /** Fails with {@link IllegalArgumentException} where joined values would touch. */
    public CsvOptions {
        if (arrays == ArrayForm.JOIN && separator.isEmpty()) {
            throw new IllegalArgumentException("joined arrays need a separator");
        }
    }

    /** What a manifest says of CSV parts: all that a reader cannot see in the file itself. */
    public Map<String, Object> facts(CsvColumns columns) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("columns", columns.names());
        facts.put("header", "each part");
        facts.put("arrays", arrays == ArrayForm.JSON ? "json" : "join");
        if (arrays == ArrayForm.JOIN) {
            facts.put("separator", separator);
        }
        facts.put("byte_order_mark", byteOrderMark);
        facts.put("formulas_escaped", escapeFormulas);
        return facts;
    }

    /** What stands in a cell for an array. */
    public enum ArrayForm {
        /** Its JSON text. */
        JSON,
        /** Its values as text, joined. What they were and where one ends is no longer certain. */
        JOIN
    }

    /** What becomes of fields that no column takes. */
    public enum Unlisted {
        /** They are left out and counted. */
        NOTE,
        /** The first one fails with {@link FieldLeftOutException}. */
        STOP
    }
}
