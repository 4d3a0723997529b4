package io.spillway.notices.kit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of a query parameter from which requests are refused with 400, because a client that pages that deep wants
 * everything.
 *
 * @param parameter 1 to 40 of {@code [A-Za-z0-9_-]}: {@code page}, {@code from}
 * @param zeros     the first refused value is 1 followed by this many zeros, 1 to 9: servers compare text, not numbers
 */
public record PageCap(String parameter, int zeros) {
    private static final Pattern TEXT = Pattern.compile("([A-Za-z0-9_-]{1,40})=1(0{1,9})");

    /** Throws {@link IllegalArgumentException} with a message for people on values out of range. */
    public PageCap {
        if (!TEXT.matcher(parameter + "=10").matches() || zeros < 1 || zeros > 9) {
            throw new IllegalArgumentException("invalid page cap: \"" + parameter + "\" with " + zeros + " zeros");
        }
    }

    /** From {@code page=1000}; throws as the constructor does. */
    public static PageCap of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "invalid page cap: \"" + text + "\"; write page=1000: a name and a power of ten");
        }
        return new PageCap(parts.group(1), parts.group(2).length());
    }

    /**
     * An expression that finds a refused value in a query without its question mark, as applications parse it: with any
     * character of the name and any digit percent-encoded, in either case, as one of several values ({@code page[]=}),
     * after {@code &} or {@code ;}, with a plus, blanks, zeros, dots or underscores, with an exponent, in another base
     * ({@code 0x3e8}), or in digits of another script, whose values a server cannot compare. Contains no backslash,
     * which some servers interpret themselves. Repetitions are possessive: otherwise a compiled expression runs out
     * of its stack on a long query, and the server reads that as no match.
     */
    String expression() {
        StringBuilder name = new StringBuilder();
        parameter.chars().forEach(each -> name.append(escapable((char) each)));
        String digit = "(?:[0-9]|%3[0-9])";
        String more = "(?:_|%5[fF])?" + digit;
        String filler = "(?:[+0_.]|%2[0bBeE]|%30|%5[fF]|%0[9A-Da-d])*+";
        String decimal = "(?:[1-9]|%3[1-9])(?:(?:" + more + "){" + zeros + "}|(?:" + more + ")*+(?:[.]|%2[eE])?" + digit
                + "*+(?:[eE]|%[46]5))";
        String otherBase = "(?:[+]|%2[0bB]|%0[9A-Da-d])*+(?:0|%30)(?:[xXbBoO]|%[57]8|%[46]2|%[46][fF])";
        String foreign = "(?:%[89A-Fa-f][0-9A-Fa-f]|[^ -~])";
        String otherScript = digit + "*+" + foreign + "(?:" + digit + "|" + foreign + ")*+(?:[&;]|$)";
        String value = "(?:" + otherBase + "|" + filler + "(?:" + decimal + "|" + otherScript + "))";
        return "(?:^|[&;])(?:[+]|%20)*+" + name + "(?:(?:[^A-Za-z0-9_.%&;=-]|%5[bB])[^=&;]*)?=" + value;
    }

    /** The same for RE2, which has no possessive repetitions and needs none. */
    String expressionOfRe2() {
        return expression().replace("*+", "*");
    }

    /** A character as it is, in the other case, or percent-encoded. */
    private static String escapable(char each) {
        if (!Character.isLetter(each)) {
            return "(?:" + each + "|%" + hex(each) + ")";
        }
        char lower = Character.toLowerCase(each);
        char upper = Character.toUpperCase(each);
        return "(?:[" + lower + upper + "]|%" + hex(lower) + "|%" + hex(upper) + ")";
    }

    private static String hex(char each) {
        String digits = "%02x".formatted((int) each);
        char last = digits.charAt(1);
        return digits.charAt(0)
                + (Character.isLetter(last) ? "[" + last + Character.toUpperCase(last) + "]" : "" + last);
    }
}
