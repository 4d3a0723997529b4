package io.spillway.page;

import io.spillway.fault.Examples;
import io.spillway.fault.Printable;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sentences of one language, for pages and notices, by key: the built-in ones, or those of an operator's file. Such a
 * file is a properties file in UTF-8 with the same keys and placeholders ({@code {0}}) as the English sentences.
 */
public final class Sentences {
    /** The built-in languages. */
    static final List<String> BUILT_IN = List.of("en", "de", "fr", "pt");

    /** Placeholders that are numbers, which a choice format may use. */
    private static final Map<String, String> NUMBERS = Map.of(
            "download.first", "0",
            "files.more", "0",
            "history.more", "0",
            "issues.repaired", "0",
            "issues.leftout", "2",
            "notice.documents", "0",
            "notice.more", "0");

    /** In characters. A notice has two sentences, and less than 8,000 bytes. */
    private static final int LONGEST = 1_000;

    private static final int LARGEST_FILE = 1 << 20;
    private static final int MAX_PLACEHOLDERS = 4;
    private static final long[] TRIED = {0, 1, 2, 5, 1_000_000};

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\d+)");
    private static final Pattern FORM = Pattern.compile("\\{\\d+\\s*,\\s*([A-Za-z]+)");

    private static final Map<String, Map<String, String>> LOADED =
            BUILT_IN.stream().collect(Collectors.toUnmodifiableMap(language -> language, Sentences::load));

    private Sentences() {}

    /** Properties that record duplicate keys. */
    private static final class Lines extends Properties {
        private static final long serialVersionUID = 1L;

        private final transient Set<String> twice = new TreeSet<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            Object before = super.put(key, value);
            if (before != null) {
                twice.add(String.valueOf(key));
            }
            return before;
        }
    }

    private static String resource(String language) {
        return language.equals("en") ? "texts.properties" : "texts_" + language + ".properties";
    }

    private static Map<String, String> load(String language) {
        try {
            return Map.copyOf(parse(Pages.resource(resource(language))).sentences);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Parsed(Map<String, String> sentences, Set<String> twice) {}

    private static Parsed parse(String text) throws IOException {
        Lines lines = new Lines();
        lines.load(new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text));
        Map<String, String> sentences = new TreeMap<>();
        lines.stringPropertyNames().forEach(key -> sentences.put(key, lines.getProperty(key)));
        return new Parsed(sentences, lines.twice);
    }

    /** The sentences of a built-in language. */
    static Map<String, String> of(String language) {
        return Objects.requireNonNull(LOADED.get(language), language);
    }

    /** The built-in languages, the default first. */
    public static List<String> languages() {
        return BUILT_IN;
    }

    /**
     * The file of a built-in language, to be translated: keys and sentences in the order of the pages.
     *
     * @throws IllegalArgumentException the language is not built in
     */
    public static String file(String language) {
        if (!BUILT_IN.contains(language)) {
            throw new IllegalArgumentException("\"%s\" is not a built-in language: use %s"
                    .formatted(Printable.line(language), String.join(", ", BUILT_IN)));
        }
        return Pages.resource(resource(language));
    }

    /**
     * Reads the file of an operator.
     *
     * @return its sentences by key, with the same keys as in English
     * @throws IllegalArgumentException the file cannot be read, is not UTF-8, or has other keys or placeholders than the
     *                                  English sentences; the message names all problems
     */
    public static Map<String, String> read(Path file) {
        Parsed parsed;
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new IllegalArgumentException(file + " is larger than 1 MiB");
            }
            byte[] bytes = Files.readAllBytes(file);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            parsed = parse(text);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is not UTF-8; save it in that encoding", e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    file + " does not exist; \"spillway sentences\" prints a file to translate", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()), e);
        } catch (IllegalArgumentException e) {
            if (String.valueOf(e.getMessage()).startsWith(file.toString())) {
                throw e;
            }
            throw new IllegalArgumentException(file + " has a \\u that is not followed by four hexadecimal digits", e);
        }
        List<String> problems = problems(parsed.sentences);
        if (!parsed.twice.isEmpty()) {
            problems.add("duplicate: " + Examples.of(List.copyOf(parsed.twice)));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(file + ": " + String.join("; ", problems));
        }
        return parsed.sentences;
    }

    /**
     * What keeps sentences from being used: keys that are missing or unknown, other placeholders than in English, and values
     * that are not one line of text. One entry for each kind of problem; empty if there are none.
     */
    public static List<String> problems(Map<String, String> sentences) {
        Map<String, String> english = of("en");
        List<String> missing = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String key : new TreeSet<>(english.keySet())) {
            if (!sentences.containsKey(key)) {
                missing.add(key);
            }
        }
        new TreeMap<>(sentences).forEach((key, sentence) -> {
            String original = english.get(key);
            if (original == null) {
                unknown.add(Printable.line(key));
            } else {
                String problem = problem(key, original, sentence);
                if (problem != null) {
                    wrong.add(key + " " + problem);
                }
            }
        });
        List<String> problems = new ArrayList<>();
        if (!missing.isEmpty()) {
            problems.add("missing: " + String.join(", ", missing));
        }
        if (!unknown.isEmpty()) {
            problems.add("unknown: " + Examples.of(unknown));
        }
        if (!wrong.isEmpty()) {
            problems.add("wrong: " + String.join(", ", wrong));
        }
        return problems;
    }

    private static @Nullable String problem(String key, String english, String sentence) {
        if (sentence == null || sentence.isBlank()) {
            return "is empty";
        }
        if (sentence.length() > LONGEST) {
            return "has more than %d characters".formatted(LONGEST);
        }
        if (sentence.codePoints().anyMatch(Sentences::isNoText)) {
            return "has a line break, a control character or a character that changes the direction of text";
        }
        Set<String> expected = placeholders(english);
        Set<String> found = placeholders(sentence);
        if (!found.equals(expected)) {
            return "has the placeholders %s, expected %s".formatted(braced(found), braced(expected));
        }
        Matcher form = FORM.matcher(sentence);
        while (form.find()) {
            if (!form.group(1).equals("choice")) {
                return "has the form \"%s\", expected none or choice".formatted(form.group(1));
            }
        }
        try {
            for (long number : TRIED) {
                Object[] values = new Object[MAX_PLACEHOLDERS];
                for (int i = 0; i < MAX_PLACEHOLDERS; i++) {
                    values[i] = String.valueOf(i).equals(NUMBERS.get(key)) ? number : "text";
                }
                String filled = say(sentence, Locale.ROOT, values);
                if (filled.contains("{") || filled.contains("}")) {
                    return "has braces around something that is not a placeholder";
                }
            }
        } catch (IllegalArgumentException e) {
            return "cannot be filled (" + Printable.line(String.valueOf(e.getMessage())) + ")";
        }
        return null;
    }

    private static boolean isNoText(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || (c >= 0xD800 && c <= 0xDFFF)
                || !Character.isDefined(c);
    }

    private static Set<String> placeholders(String sentence) {
        Set<String> found = new TreeSet<>();
        Matcher placeholder = PLACEHOLDER.matcher(sentence);
        while (placeholder.find()) {
            found.add(placeholder.group(1));
        }
        return found;
    }

    private static String braced(Set<String> placeholders) {
        return placeholders.isEmpty() ? "none" : "{" + String.join("} {", placeholders) + "}";
    }

    /** Fills the placeholders of a sentence. A straight apostrophe, which MessageFormat treats as a quote, becomes a curved one. */
    static String say(String sentence, Locale locale, Object... values) {
        return new MessageFormat(sentence.replace('\'', '’'), locale).format(values);
    }

    /** Whether most letters of the sentences are written from right to left. */
    static boolean fromTheRight(Map<String, String> sentences) {
        long[] letters = new long[2];
        sentences.values().stream().flatMapToInt(String::codePoints).forEach(c -> {
            byte direction = Character.getDirectionality(c);
            if (direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                    || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC) {
                letters[1]++;
            } else if (direction == Character.DIRECTIONALITY_LEFT_TO_RIGHT) {
                letters[0]++;
            }
        });
        return letters[1] > letters[0];
    }
}
