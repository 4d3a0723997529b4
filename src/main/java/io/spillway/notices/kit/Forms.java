package io.spillway.notices.kit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code Accept} as expressions, for servers without support for weights: the first that matches gives the type that
 * the client prefers. Weights are compared by their first decimal; among equal ones a named type precedes a wildcard,
 * and then the order of the header decides. A type of weight 0 never matches. To be matched case-insensitively.
 */
final class Forms {
    /** The one group is {@code json}, {@code html}, {@code xhtml} or {@code plain}. */
    private static final String NAMED =
            "(?:^|,)\\s*(?:application/(?:[a-z0-9.-]+\\+)*|text/)(%sjson|x?html|plain)(?:\\+xml)?";

    private static final String ANY = "(?:^|,)\\s*(?:application|\\*)/\\*";

    /** Parameters other than the weight. */
    private static final String PARAMETERS = "\\s*(?:;\\s*[a-pr-z][^,;]*)*";

    private Forms() {}

    /**
     * An expression and its meaning.
     *
     * @param expression with the same meaning in all five servers
     * @param any        whether the client accepts everything; otherwise the group is the type
     */
    record Row(String expression, boolean any) {}

    /**
     * The rows, highest priority first.
     *
     * @param group start of the group: empty, or a name such as {@code ?<name>}
     */
    static List<Row> rows(String group) {
        List<String> weights = new ArrayList<>();
        weights.add("(?:;\\s*q=1[.0]*\\s*(?:[,;]|$)|,|$)");
        for (int tenths = 9; tenths > 0; tenths--) {
            weights.add(";\\s*q=0\\.%d[0-9]*\\s*(?:[,;]|$)".formatted(tenths));
        }
        weights.add(";\\s*q=0\\.0[0-9]*[1-9][0-9]*\\s*(?:[,;]|$)");
        List<Row> rows = new ArrayList<>();
        for (String weight : weights) {
            rows.add(new Row(NAMED.formatted(group) + PARAMETERS + weight, false));
            rows.add(new Row(ANY + PARAMETERS + weight, true));
        }
        return rows;
    }

    /** For servers in which the last match wins. */
    static List<Row> reversed() {
        List<Row> rows = new ArrayList<>(rows(""));
        Collections.reverse(rows);
        return rows;
    }
}
