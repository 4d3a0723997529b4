package io.spillway.notices.kit;

/** Parts of regular expressions with the same meaning in PCRE, PCRE2 and RE2. */
final class Expressions {
    private Expressions() {}

    /** An expression for a part of a user agent; of its allowed characters only the dot and the plus are special. */
    static String literal(String agent) {
        return agent.replace(".", "\\.").replace("+", "\\+");
    }

    /** An expression for {@code Accept-Language} whose one group, of this name, is the first available language. */
    static String firstWish(String group, Iterable<String> languages) {
        return "(?:^|,)\\s*(%s%s)(?:[-;,\\s]|$)".formatted(group, String.join("|", languages));
    }

    /** An expression that matches if any of the given ones does; without any it matches nothing. */
    static String anyOf(Iterable<String> expressions) {
        return String.join("|", expressions);
    }
}
