package io.spillway.notices.kit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From which value on a parameter of the query is refused with 400: who pages that deep wants everything.
 *
 * @param parameter 1 to 40 of {@code [A-Za-z0-9_-]}: {@code page}, {@code from}
 * @param zeros     the first value that is refused is 1 with so many zeros, 1 to 9: servers compare texts, not numbers
 */
public record PageCap(String parameter, int zeros) {
    private static final Pattern TEXT = Pattern.compile("([A-Za-z0-9_-]{1,40})=1(0{1,9})");

    /** Fails with {@link IllegalArgumentException}, fit for people, on what is out of its range. */
    public PageCap {
        if (!TEXT.matcher(parameter + "=10").matches() || zeros < 1 || zeros > 9) {
            throw new IllegalArgumentException("not a cap of pages: \"" + parameter + "\" with " + zeros + " zeros");
        }
    }

    /** From {@code page=1000}; fails as the constructor does. */
    public static PageCap of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "not a cap of pages: \"" + text + "\"; write page=1000: a name and a power of ten");
        }
        return new PageCap(parts.group(1), parts.group(2).length());
    }

    /** An expression that finds a refused value in a query without its question mark. */
    String expression() {
        return "(?:^|&)" + parameter + "=0*[1-9][0-9]{" + zeros + "}";
    }
}
