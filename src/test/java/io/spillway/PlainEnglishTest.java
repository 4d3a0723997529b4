package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keeps phrases that read as translated out of comments, messages, help and docs. The style guide in
 * docs/CONTRIBUTING.md has better words.
 */
class PlainEnglishTest {
    /** Packages whose texts are not rewritten yet. Remove a name to apply the rules to that package. */
    private static final Set<String> EXEMPT = Set.of();

    /** A phrase to avoid, and what to write instead. */
    private record Rule(Pattern phrase, String instead) {
        Rule(String expression, String instead) {
            this(Pattern.compile("\\b(?:" + expression + ")\\b", Pattern.CASE_INSENSITIVE), instead);
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule("nobody|somebody|anybody|everybody|whoever", "name the subject: you, a reader, another process"),
            new Rule("whom", "name the subject"),
            new Rule("he|his|him|himself", "a process is \"it\", the operator is \"you\""),
            new Rule("anew", "again"),
            new Rule("mend(?:s|ed|ing)?", "repair, recover, correct"),
            new Rule("(?:takes?|took|taken|taking) back", "withdraw, remove"),
            new Rule("bug of|of (?:ours|theirs)", "an internal error; our"),
            new Rule("(?<!there )(?:is|was) no (?!longer|more|less|later|earlier)[a-z]+", "is not a, has no"),
            new Rule("stands?(?!-)|stood", "is, is in, remains"),
            new Rule("(?:says?|said) so", "reports it"),
            new Rule("pass(?:es|ed) over", "skip"),
            new Rule("speaks?|spoke", "use, support"));

    /** Comments and string literals; a character literal is matched only so that its quote does not start a string. */
    private static final Pattern JAVA_TEXT = Pattern.compile("/\\*[\\s\\S]*?\\*/|//[^\\n]*|"
            + "\"\"\"[\\s\\S]*?\"\"\"|\"[^\"\\\\\\n]*+(?:\\\\.[^\"\\\\\\n]*+)*+\"|'(?:\\\\.|[^'\\\\\\n])+'");

    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern LINE_OF_COMMENT = Pattern.compile("\\n\\s*(?://|\\*(?!/))?");
    private static final int EXCERPT = 40;

    @Test
    void commentsAndMessagesOfTheCodeArePlainEnglish() throws IOException {
        Path root = Path.of("src/main/java/io/spillway");
        List<String> found = new ArrayList<>();
        for (Path file : files(root, ".java")) {
            if (!EXEMPT.contains(root.relativize(file).getName(0).toString())) {
                found.addAll(violations(file.toString(), javaTexts(Files.readString(file))));
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void docsAndSchemasArePlainEnglish() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files(Path.of("docs"), ".md", ".schema.json")) {
            String text = Files.readString(file);
            // The style guide quotes the phrases.
            int guide = file.endsWith("CONTRIBUTING.md") ? text.indexOf("## Style guide") : text.length();
            found.addAll(violations(file.toString(), text.substring(0, guide)));
        }
        found.addAll(violations("README.md", Files.readString(Path.of("README.md"))));
        assertThat(found).isEmpty();
    }

    @Test
    void englishTextsAndConfigurationsInTheJarArePlainEnglish() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files(
                Path.of("src/main"), ".properties", ".xml", ".jte", ".md", ".conf", ".cfg", ".vcl", ".caddy", ".txt")) {
            if (!file.toString().matches(".*(_[a-z]{2}\\.properties|spdx-exceptions\\.txt)")) {
                found.addAll(violations(file.toString(), Files.readString(file)));
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void helpOfEveryCommandIsPlainEnglish() {
        String overview = help("--help");
        List<String> commands = Pattern.compile("(?m)^  ([a-z][a-z-]+) ")
                .matcher(overview)
                .results()
                .map(each -> each.group(1))
                .toList();
        assertThat(commands).contains("export", "daemon", "check", "verify");

        List<String> found = new ArrayList<>(violations("--help", overview));
        commands.forEach(command -> found.addAll(violations(command + " --help", help(command, "--help"))));
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nobody decided on the field",
                "Whoever asks gets it",
                "a daemon ends when he is interrupted",
                "written anew",
                "the next export mends it",
                "the dump was taken\nback",
                "a bug of ours",
                "that is no address",
                "what stands there",
                "the manifest says so",
                "passed over, see the log",
                "a store that speaks S3"
            })
    void aPhraseOfTheListIsFound(String text) {
        assertThat(violations("text", text)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "there is no dump",
                "the file is no longer broken",
                "a stand-in for the archive",
                "the header and this hint",
                "this manifest",
                "withdrawn"
            })
    void aStandardPhraseIsAccepted(String text) {
        assertThat(violations("text", text)).isEmpty();
    }

    @Test
    void commentsAndStringsOfAJavaFileAreReadAndItsNamesAreNot() {
        String file = """
                /** One line.
                 *  Taken
                 *  back. */
                int nobody = stands('"', "a mes" + "sage", // anew
                        1);
                """;
        assertThat(violations("A.java", javaTexts(file)))
                .satisfiesExactlyInAnyOrder(
                        found -> assertThat(found).contains("Taken back"),
                        found -> assertThat(found).contains("anew"));
        assertThat(javaTexts(file)).contains("a message");
    }

    private static List<String> violations(String where, String text) {
        String plain = text.replaceAll("\\s+", " ");
        List<String> found = new ArrayList<>();
        for (Rule rule : RULES) {
            Matcher matcher = rule.phrase().matcher(plain);
            while (matcher.find()) {
                String excerpt = plain.substring(
                        Math.max(0, matcher.start() - EXCERPT), Math.min(plain.length(), matcher.end() + EXCERPT));
                found.add(
                        "%s: \"%s\" in \"%s\"; instead: %s".formatted(where, matcher.group(), excerpt, rule.instead()));
            }
        }
        return found;
    }

    /** The comments and string literals of a Java file, each on one line. */
    private static String javaTexts(String file) {
        String joined = CONCATENATION.matcher(file).replaceAll("");
        return String.join(
                "\n",
                JAVA_TEXT
                        .matcher(joined)
                        .results()
                        .map(MatchResult::group)
                        .filter(each -> !each.startsWith("'"))
                        .map(each -> LINE_OF_COMMENT.matcher(each).replaceAll(" "))
                        .toList());
    }

    private static List<Path> files(Path root, String... endings) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            List<Path> files = all.filter(Files::isRegularFile)
                    .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
            assertThat(files).as("files in %s", root).isNotEmpty();
            return files;
        }
    }

    private static String help(String... args) {
        StringWriter out = new StringWriter();
        PrintWriter printer = new PrintWriter(out, true);
        assertThat(Main.run(printer, printer, args)).isZero();
        return out.toString();
    }
}
