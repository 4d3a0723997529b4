package io.spillway.fields;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fields.FieldPolicy.Unlisted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the page on fields match the code. */
class FieldsDocsTest {
    private static final Path PAGE = Path.of("docs/fields.md");

    static Stream<List<String>> examples() throws IOException {
        return rows("<!-- examples:", "<!-- end -->");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleOfRulesIsRight(List<String> row) throws Exception {
        FieldFilter filter = Fields.policy(rules(row.get(0)), rules(row.get(1)), Unlisted.WITHHOLD)
                .filter(List.of());
        assertThat(Fields.apply(filter, row.get(2))).isEqualTo(row.get(3));
    }

    static Stream<List<String>> blurs() throws IOException {
        return rows("<!-- blurs:", "<!-- end -->");
    }

    @ParameterizedTest
    @MethodSource("blurs")
    void anExampleOfABlurIsRight(List<String> row) {
        Blur blur = switch (row.get(0)) {
            case "hash" -> Blurs.hash("0123456789abcdef");
            case "year" -> Blurs.date(Blurs.Precision.YEAR);
            case "month" -> Blurs.date(Blurs.Precision.MONTH);
            case "day" -> Blurs.date(Blurs.Precision.DAY);
            case "mask-email" -> Blurs.email();
            case "mask-ip" -> Blurs.ip();
            default -> Blurs.constant("removed");
        };
        assertThat(blur.blur(row.get(1)).orElse("null")).isEqualTo(row.get(2));
    }

    static Stream<List<String>> patterns() throws IOException {
        return rows("| rule | names |", "## By example");
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void aPatternMatchesWhatThePageSays(List<String> row) {
        FieldPolicy policy = Fields.policy(List.of(row.get(0)), List.of(), Unlisted.STOP);
        assertThat(rules(row.get(1)))
                .isNotEmpty()
                .allSatisfy(path -> assertThat(policy.decide(path).kind()).isEqualTo(Decision.Kind.PUBLISHED));
        assertThat(rules(row.get(2)))
                .allSatisfy(path -> assertThat(policy.decide(path).kind()).isEqualTo(Decision.Kind.UNDECIDED));
    }

    static Stream<List<String>> members() throws IOException {
        return rows("<!-- members:", "<!-- end -->");
    }

    @ParameterizedTest
    @MethodSource("members")
    void theMembersOfAValueMatchThePage(List<String> row) {
        for (String type : rules(row.get(0))) {
            assertThat(FieldTypes.membersOf(type)).containsExactlyInAnyOrderElementsOf(rules(row.get(1)));
            assertThat(rules(row.get(1))).allMatch(member -> FieldTypes.isPartOfValue(type, member));
            assertThat(FieldTypes.isPartOfValue(type, "email")).isFalse();
        }
    }

    private static List<String> rules(String cell) {
        return Stream.of(cell.split(", ", -1)).filter(rule -> !rule.isEmpty()).toList();
    }

    /** The rows of the next table, without its head, each as its cells without backticks. */
    private static Stream<List<String>> rows(String begin, String end) throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(begin);
        return page.substring(from, page.indexOf(end, from + begin.length()))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList());
    }
}
