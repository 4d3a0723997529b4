package io.spillway.notices.kit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code Accept} as expressions, for servers that know no weights: the first that matches says which type the client likes
 * best. Weights are compared by their first decimal; of equal ones a named type goes before a star, and the one that is named
 * first before the others. A type of weight 0 matches nothing. To be matched without regard to case.
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
     * An expression and what it means.
     *
     * @param expression of what all five servers read alike
     * @param any        whether it means that the client takes everything; else its group is the type
     */
    record Row(String expression, boolean any) {}

    /**
     * The rows, the one that counts most first.
     *
     * @param group begins the group: empty, or a name such as {@code ?<name>}
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

    /** For a server in which the last match counts. */
    static List<Row> reversed() {
        List<Row> rows = new ArrayList<>(rows(""));
        Collections.reverse(rows);
        return rows;
    }
}
