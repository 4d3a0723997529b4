package io.spillway.notices.kit;

/** Parts of regular expressions that PCRE, PCRE2 and RE2 read alike. */
final class Expressions {
    private Expressions() {}

    /** An expression for a part of a user agent, of whose alphabet the dot and the plus mean something. */
    static String literal(String agent) {
        return agent.replace(".", "\\.").replace("+", "\\+");
    }

    /** An expression for {@code Accept-Language} whose one group, of this name, is the first wish that there is. */
    static String firstWish(String group, Iterable<String> languages) {
        return "(?:^|,)\\s*(%s%s)(?:[-;,\\s]|$)".formatted(group, String.join("|", languages));
    }

    /** An expression that matches where one of the others does; none match nothing. */
    static String anyOf(Iterable<String> expressions) {
        return String.join("|", expressions);
    }
}
