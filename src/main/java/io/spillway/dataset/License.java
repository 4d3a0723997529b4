package io.spillway.dataset;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Licences by their SPDX identifiers, and expressions of several, such as {@code MIT OR CC0-1.0}. */
public final class License {
    private static final Pattern CREATIVE_COMMONS = Pattern.compile("CC-(BY(?:-NC)?(?:-ND|-SA)?)-([0-9.]+)");
    private static final Pattern TOKEN = Pattern.compile("[()]|[^()\\s]+");
    private static final String REFERENCE = "LicenseRef-";
    private static final Pattern OWN = Pattern.compile("(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+");

    private License() {}

    /**
     * Normalizes an expression to SPDX's spelling: identifiers and operators in their own case, one blank between
     * words.
     *
     * @param text    an identifier, a {@code LicenseRef-…}, or several with {@code OR}, {@code AND}, {@code WITH} and
     *                parentheses
     * @param nearest suggests a known identifier for an unknown one
     * @throws IllegalArgumentException if an identifier is unknown, or the expression is incomplete; the message names
     *     it
     */
    public static String normalized(String text, BiFunction<String, Collection<String>, Optional<String>> nearest) {
        Deque<String> tokens = new ArrayDeque<>(
                TOKEN.matcher(text).results().map(match -> match.group()).toList());
        if (tokens.size() > 1 && tokens.stream().noneMatch(License::isOperator)) {
            throw unknown("identifier", String.join(" ", tokens), SpdxList.licenses(), nearest);
        }
        List<String> words = new ArrayList<>();
        expression(tokens, words, nearest);
        if (!tokens.isEmpty()) {
            throw new IllegalArgumentException(
                    "license has \"" + tokens.peek() + "\" where AND, OR or its end is expected");
        }
        return String.join(" ", words).replace("( ", "(").replace(" )", ")");
    }

    private static void expression(
            Deque<String> tokens,
            List<String> words,
            BiFunction<String, Collection<String>, Optional<String>> nearest) {
        boolean more = true;
        while (more) {
            if (isNext(tokens, "(")) {
                words.add(tokens.remove());
                expression(tokens, words, nearest);
                if (!isNext(tokens, ")")) {
                    throw new IllegalArgumentException("license has an unclosed parenthesis");
                }
                words.add(tokens.remove());
            } else {
                single(tokens, words, nearest);
            }
            more = isNext(tokens, "OR") || isNext(tokens, "AND");
            if (more) {
                words.add(tokens.remove().toUpperCase(Locale.ROOT));
            }
        }
    }

    private static void single(
            Deque<String> tokens,
            List<String> words,
            BiFunction<String, Collection<String>, Optional<String>> nearest) {
        String token = tokens.poll();
        if (token == null || isOperator(token)) {
            throw new IllegalArgumentException("license needs an SPDX identifier such as CC0-1.0"
                    + (token == null ? " at its end" : " before \"" + token + "\""));
        }
        words.add(identifier(token, nearest));
        if (isNext(tokens, "WITH")) {
            words.add(tokens.remove().toUpperCase(Locale.ROOT));
            String exception = tokens.isEmpty() ? "" : tokens.remove();
            words.add(SpdxList.exception(exception)
                    .orElseThrow(() -> unknown("exception", exception, SpdxList.exceptions(), nearest))
                    .id());
        }
    }

    private static String identifier(String token, BiFunction<String, Collection<String>, Optional<String>> nearest) {
        if (OWN.matcher(token).matches()) {
            return token;
        }
        Optional<SpdxList.Entry> listed = SpdxList.license(token);
        if (listed.isPresent()) {
            return listed.get().id();
        }
        String base = token.endsWith("+") ? token.substring(0, token.length() - 1) : token;
        return SpdxList.license(base)
                .map(entry -> entry.id() + "+")
                .filter(id -> token.endsWith("+"))
                .orElseThrow(() -> unknown("identifier", token, SpdxList.licenses(), nearest));
    }

    private static IllegalArgumentException unknown(
            String what,
            String token,
            Collection<SpdxList.Entry> known,
            BiFunction<String, Collection<String>, Optional<String>> nearest) {
        List<String> ids = known.stream().map(SpdxList.Entry::id).toList();
        String hyphenated = token.replace(' ', '-');
        String start = hyphenated.toLowerCase(Locale.ROOT) + "-";
        Optional<String> newest = ids.stream()
                .filter(id -> id.toLowerCase(Locale.ROOT).startsWith(start))
                .filter(id -> id.substring(start.length()).matches("[0-9.]+"))
                .reduce((one, other) -> other);
        String meant = newest.or(() -> nearest.apply(hyphenated, ids))
                .map(id -> " (did you mean " + id + "?)")
                .orElse("");
        return new IllegalArgumentException("license \"" + token + "\" is not an SPDX " + what + meant
                + "; write a licence that SPDX does not list with its name and url");
    }

    private static boolean isOperator(String token) {
        return List.of("(", ")", "OR", "AND", "WITH").contains(token.toUpperCase(Locale.ROOT));
    }

    private static boolean isNext(Deque<String> tokens, String word) {
        return word.equalsIgnoreCase(tokens.peek());
    }

    /** The identifiers in an expression, in order, without exceptions. */
    public static List<String> identifiers(String expression) {
        return Arrays.stream(expression.replaceAll("\\s+WITH\\s+\\S+", "").split("[()\\s]+"))
                .filter(word -> !word.isEmpty() && !word.equals("OR") && !word.equals("AND"))
                .distinct()
                .toList();
    }

    /** The identifiers in an expression that are publishers' own. */
    public static List<String> references(String expression) {
        return identifiers(expression).stream()
                .filter(identifier -> OWN.matcher(identifier).matches())
                .toList();
    }

    /** A {@code LicenseRef-} for a licence that SPDX does not list, made of the ASCII letters and digits of its name. */
    public static String reference(String name) {
        String letters = name.replaceAll("[^A-Za-z0-9.]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        return REFERENCE + (letters.isEmpty() ? "custom" : letters);
    }

    /**
     * Refuses the name of a licence that SPDX lists.
     *
     * @throws IllegalArgumentException if this is a listed identifier or full name; the message has the identifier
     */
    public static void requireUnlisted(String name) {
        String text = name.strip();
        SpdxList.license(text)
                .or(() -> SpdxList.licenses().stream()
                        .filter(entry -> entry.name().equalsIgnoreCase(text))
                        .findFirst())
                .ifPresent(entry -> {
                    throw new IllegalArgumentException(
                            "SPDX lists \"" + name + "\"; write license: " + entry.id() + " without name and url");
                });
    }

    /**
     * An expression for people: the name of a custom licence replaces its identifier if it is alone, and follows it in
     * an expression of several.
     */
    public static String label(String expression, @Nullable CustomLicense custom) {
        List<String> own = references(expression);
        if (custom == null || own.size() != 1) {
            return expression;
        }
        String reference = own.get(0);
        return expression.equals(reference)
                ? custom.name()
                : expression.replaceAll(
                        "(?<![^\\s(])" + Pattern.quote(reference) + "(?![^\\s)])",
                        Matcher.quoteReplacement(reference + " (" + custom.name() + ")"));
    }

    /** Whether an expression lists several licences of which the reader may choose one. */
    public static boolean isChoice(String expression) {
        return expression.contains(" OR ") && !expression.contains(" AND ") && !expression.contains(" WITH ");
    }

    /** Whether it is on SPDX's list; an identifier that begins with {@code LicenseRef-} is the publisher's own. */
    public static boolean isListed(String spdx) {
        return SpdxList.license(withoutPlus(spdx)).isPresent();
    }

    /** The full name of a licence; empty if it is not on SPDX's list. */
    public static Optional<String> name(String spdx) {
        return SpdxList.license(spdx).map(SpdxList.Entry::name);
    }

    /** URL of a licence's text: at its author's site if known here, otherwise at SPDX; empty if it is not listed. */
    public static Optional<String> address(String spdx) {
        return SpdxList.license(spdx)
                .or(() -> SpdxList.license(withoutPlus(spdx)))
                .map(entry -> addressOfListed(entry.id()));
    }

    /** The same; the URL of a custom licence if that is the whole expression. */
    public static Optional<String> address(String spdx, @Nullable CustomLicense custom) {
        return custom != null && references(spdx).equals(List.of(spdx)) ? Optional.of(custom.url()) : address(spdx);
    }

    private static String withoutPlus(String spdx) {
        return SpdxList.license(spdx).isEmpty() && spdx.endsWith("+") ? spdx.substring(0, spdx.length() - 1) : spdx;
    }

    private static String addressOfListed(String spdx) {
        Matcher creativeCommons = CREATIVE_COMMONS.matcher(spdx);
        if (spdx.equals("CC0-1.0")) {
            return "https://creativecommons.org/publicdomain/zero/1.0/";
        } else if (creativeCommons.matches()) {
            return "https://creativecommons.org/licenses/%s/%s/"
                    .formatted(creativeCommons.group(1).toLowerCase(Locale.ROOT), creativeCommons.group(2));
        } else if (spdx.equals("ODbL-1.0")) {
            return "https://opendatacommons.org/licenses/odbl/1-0/";
        }
        return "https://spdx.org/licenses/" + spdx + ".html";
    }
}
