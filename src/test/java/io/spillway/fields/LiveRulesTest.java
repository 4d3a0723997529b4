package io.spillway.fields;

import static io.spillway.fields.FieldPolicy.Unlisted.STOP;
import static io.spillway.fields.Fields.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fields.FieldPolicy.BlurRule;
import io.spillway.source.SourceField;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The work for a mapping in which each field has a rule of its own grows with the fields, not with fields times rules. */
class LiveRulesTest {
    private static final int FIELDS = 10_000;

    private static List<String> names() {
        return IntStream.range(0, FIELDS).mapToObj("field%d"::formatted).toList();
    }

    private static LiveRules live(Stream<String> rules, boolean exactly) {
        return LiveRules.start(rules.map(FieldPattern::of).toList(), exactly);
    }

    @Test
    void aNameVisitsOnlyTheRulesThatContinueWithIt() {
        LiveRules rules = live(Stream.concat(names().stream(), Stream.of("*9", "**.secret", "field7.below")), true);
        long visits = names().stream()
                .mapToLong(name -> rules.candidates(name).length)
                .sum();
        assertThat(visits).isEqualTo(3L * FIELDS + 1);
    }

    @Test
    void aPathKeepsOnlyTheRulesThatMatchedIt() {
        LiveRules rules = live(names().stream().map(name -> "above." + name), true);
        LiveRules below = rules.step("above");
        assertThat(below.size()).isEqualTo(FIELDS);
        assertThat(names().stream().mapToLong(name -> below.step(name).size()).sum())
                .isEqualTo(FIELDS);
        assertThat(rules.step("other").size()).isZero();
    }

    @Test
    void theFirstRuleThatNamesAFieldDecidesWhetherItHasAStarOrNot() {
        assertThat(live(Stream.of("a*", "ab"), false).step("ab").naming()).isZero();
        assertThat(live(Stream.of("ab", "a*"), false).step("ab").naming()).isZero();
        assertThat(live(Stream.of("x", "ab", "a*"), false).step("ab").naming()).isEqualTo(1);
        assertThat(live(Stream.of("x", "a*", "ab"), false).step("b").naming()).isEqualTo(-1);
    }

    @Test
    void bothEncodingsOfAnAccentAreFoundWhereRulesWithhold() {
        String composed = "caf\u00e9";
        String decomposed = "cafe\u0301";
        for (String rule : List.of(composed, decomposed)) {
            for (String name : List.of(composed, decomposed)) {
                assertThat(live(Stream.of(rule), false).step(name).naming()).isZero();
                assertThat(live(Stream.of(rule), true).step(name).naming()).isEqualTo(rule.equals(name) ? 0 : -1);
            }
        }
    }

    @Test
    void aRuleOfEachKindForEachOfTenThousandFieldsIsAppliedInLittleMemory() {
        List<SourceField> fields =
                names().stream().map(name -> new SourceField(name, "keyword")).toList();
        List<FieldPattern> patterns = names().stream().map(FieldPattern::of).toList();
        FieldPolicy policy = new FieldPolicy(
                patterns,
                patterns.subList(0, FIELDS / 2),
                patterns.stream()
                        .map(rule -> new BlurRule(rule, Blurs.constant("x")))
                        .toList(),
                STOP);
        assertThat(policy.problems(fields)).isEmpty();
        assertThat(policy.published(fields)).hasSize(FIELDS / 2);
        assertThat(FieldPolicy.strayDescriptions(names(), fields, List.of())).isEmpty();
        assertThat(policy(names(), List.of(), STOP).published(fields)).isEqualTo(fields);
    }
}
