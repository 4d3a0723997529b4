package io.spillway.encode;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Options of {@link Csv}. Everything that changes the content of a cell is off by default.
 *
 * @param arrays         how a cell represents an array
 * @param separator      between the values of a joined array; not used with {@link ArrayForm#JSON}
 * @param byteOrderMark  whether each part begins with EF BB BF, for spreadsheets that do not detect UTF-8
 * @param escapeFormulas whether to prefix text that a spreadsheet would read as a formula with an apostrophe: text that
 *                       begins with {@code = + - @}, tab, carriage return, line feed or full-width {@code ＝＋－＠}.
 *                       Numbers are not changed. Other readers see the apostrophe as a part of the text
 * @param unlisted       how to handle fields without a column
 */
public record CsvOptions(
        ArrayForm arrays, String separator, boolean byteOrderMark, boolean escapeFormulas, Unlisted unlisted) {

    /** Arrays as JSON, no byte order mark, formulas unchanged, unlisted fields left out and counted. */
    public static final CsvOptions DEFAULTS = new CsvOptions(ArrayForm.JSON, "|", false, false, Unlisted.NOTE);

    /** @throws IllegalArgumentException if arrays are joined without a separator */
    public CsvOptions {
        if (arrays == ArrayForm.JOIN && separator.isEmpty()) {
            throw new IllegalArgumentException("joined arrays need a separator");
        }
    }

    /** The manifest's options for CSV parts: everything that a reader cannot see in the file itself. */
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

    /** How a cell represents an array. */
    public enum ArrayForm {
        /** Its JSON text. */
        JSON,
        /** Its values as text, joined. Their types and boundaries may be ambiguous. */
        JOIN
    }

    /** How to handle fields without a column. */
    public enum Unlisted {
        /** They are left out and counted. */
        NOTE,
        /** The first one fails with {@link FieldLeftOutException}. */
        STOP
    }
}
