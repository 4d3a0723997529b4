package io.spillway.fields;

import static io.spillway.fields.FieldPolicy.Unlisted.PUBLISH;
import static io.spillway.fields.FieldPolicy.Unlisted.STOP;
import static io.spillway.fields.FieldPolicy.Unlisted.WITHHOLD;
import static io.spillway.fields.Fields.mapped;
import static io.spillway.fields.Fields.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.SourceField;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldPolicyTest {

    @Test
    void everyUndecidedMappedFieldIsNamedWithTheLineToAdd() {
        FieldPolicy policy = policy(List.of("id"), List.of("note"), STOP);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> policy.require(
                        mapped("id:keyword", "note:text", "new:date", "author.email:keyword"), "index \"books\""))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(Fault.FIELD_POLICY);
                    assertThat(e.getMessage())
                            .contains(
                                    "index \"books\"",
                                    "need a decision (2)",
                                    "\"new\" (date)",
                                    "- new ",
                                    "- author.email ")
                            .doesNotContain("\"id\"", "\"note\"");
                });
    }

    @Test
    void withholdAndPublishDecideOnTheRest() {
        List<SourceField> fields = mapped("id:keyword", "new:date");
        assertThatCode(() -> policy(List.of("id"), List.of(), WITHHOLD).require(fields, "books"))
                .doesNotThrowAnyException();
        assertThatCode(() -> policy(List.of("id"), List.of(), PUBLISH).require(fields, "books"))
                .doesNotThrowAnyException();
    }

    @Test
    void aRuleThatMatchesNothingIsReportedLikeAMisspeltOne() {
        FieldPolicy policy = policy(List.of("**"), List.of("author.emial", "*.later", "author"), STOP);
        assertThat(policy.problems(mapped("author.email:keyword")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("/fields/exclude/0");
                    assertThat(problem.what()).contains("author.emial", "does not match the mapping");
                });
    }

    @Test
    void aRuleBelowAnOpenFieldIsValid() {
        FieldPolicy policy = policy(List.of("**"), List.of("labels.secret"), STOP);
        assertThat(policy.problems(mapped("labels:flattened"))).isEmpty();
    }

    /** A type of Elasticsearch, and the same of OpenSearch. */
    @ParameterizedTest
    @ValueSource(strings = {"flattened", "flat_object"})
    void anOpenFieldIsDecidedOnlyTogetherWithItsMembers(String type) {
        List<SourceField> fields = mapped("labels:" + type);
        assertThat(policy(List.of("labels"), List.of(), STOP).problems(fields))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("- labels.** "));
        assertThat(policy(List.of("labels.**"), List.of(), STOP).problems(fields))
                .isEmpty();
        assertThat(policy(List.of("labels.color"), List.of(), STOP).problems(fields))
                .isEmpty();
        assertThat(policy(List.of("x"), List.of("labels"), STOP).problems(fields))
                .isEmpty();
    }

    @Test
    void excludeTakesPrecedenceOverIncludeInAnyOrder() {
        FieldPolicy policy = policy(List.of("a.**", "a.b.c"), List.of("a.b"), STOP);
        assertThat(policy.decide("a.b.c").kind()).isEqualTo(Decision.Kind.WITHHELD);
        assertThat(policy.decide("a.b.c").rule()).isEqualTo("a.b");
        assertThat(policy.decide("a.x").rule()).isEqualTo("a.**");
    }

    @Test
    void excludeTakesPrecedenceOverBlurAndBlurOverInclude() {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("**")),
                Fields.patterns(List.of("a")),
                List.of(
                        new FieldPolicy.BlurRule(FieldPattern.of("a"), Blurs.constant("x")),
                        new FieldPolicy.BlurRule(FieldPattern.of("b"), Blurs.constant("x"))),
                STOP);
        assertThat(policy.decide("a").kind()).isEqualTo(Decision.Kind.WITHHELD);
        assertThat(policy.decide("b").kind()).isEqualTo(Decision.Kind.BLURRED);
        assertThat(policy.decide("b.c").kind()).isEqualTo(Decision.Kind.WITHHELD);
        assertThat(policy.decide("c").kind()).isEqualTo(Decision.Kind.PUBLISHED);
    }

    @Test
    void anIncludeBelowABlurredFieldStopsTheRun() {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("foo.max", "id")),
                List.of(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("foo"), Blurs.constant("x"))),
                STOP);
        assertThat(policy.problems(mapped("foo:long", "foo.max:long", "id:long")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.key()).isEqualTo("/fields/include/0");
                    assertThat(problem.what()).contains("\"foo.max\"", "\"foo\" blurs");
                });
        assertThat(policy.published(mapped("foo:long", "foo.max:long", "id:long")))
                .extracting(SourceField::path)
                .containsExactly("foo", "id");
    }

    @Test
    void aRuleSpelledDifferentlyFromTheMappingProtectsItsField() {
        FieldPolicy policy = policy(List.of("**"), List.of("caf\u00e9"), STOP);
        assertThat(policy.problems(mapped("cafe\u0301:keyword"))).isEmpty();
        assertThat(policy.decide("cafe\u0301").kind()).isEqualTo(Decision.Kind.WITHHELD);
    }

    @Test
    void aNameMayBeShownIfARulePublishesItOrLeadsToIt() {
        FieldPolicy policy = policy(List.of("a.b", "**.email", "x.**"), List.of("x.y"), WITHHOLD);
        assertThat(List.of("a", "a.b", "c.email", "x", "x.z")).allMatch(policy::mayName);
        assertThat(List.of("c", "a.c", "x.y", "x.y.z", "a.b.c")).noneMatch(policy::mayName);
    }

    @Test
    void blurredDatesAreFoundByTheirRulesAndByTheMapping() {
        FieldPolicy policy = new FieldPolicy(
                List.of(),
                List.of(),
                List.of(
                        new FieldPolicy.BlurRule(FieldPattern.of("seen*"), Blurs.date(Blurs.Precision.DAY)),
                        new FieldPolicy.BlurRule(FieldPattern.of("made"), Blurs.constant("x")),
                        new FieldPolicy.BlurRule(FieldPattern.of("mail"), Blurs.email())),
                STOP);
        assertThat(policy.blurredDates(mapped("made:date", "mail:keyword"))).containsExactly("made", "seen*");
    }

    @Test
    void aFieldWithSubfieldsIsDecidedByThem() {
        FieldPolicy policy = policy(List.of("kids.name"), List.of("kids.age"), STOP);
        assertThat(policy.problems(mapped("kids:nested", "kids.name:keyword", "kids.age:long")))
                .isEmpty();
    }

    @Test
    void onlyFieldsWithPublishedValuesRemain() {
        List<SourceField> fields =
                mapped("a:keyword", "b:keyword", "kids:nested", "kids.name:keyword", "others:nested", "others.x:long");
        assertThat(policy(List.of("a", "kids.*"), List.of("b", "others.x"), STOP)
                        .published(fields))
                .extracting(SourceField::path)
                .containsExactly("a", "kids", "kids.name");
        assertThat(FieldPolicy.publishAll().published(fields)).isEqualTo(fields);
    }

    @Test
    void aFieldWithValuesAndSubfieldsIsDecidedToo() {
        assertThat(policy(List.of("foo.max"), List.of(), STOP).problems(mapped("foo:long", "foo.max:long")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("\"foo\" (long)"));
    }

    @Test
    void anExcludeInsideAnOpenFieldDoesNotDecideTheField() {
        assertThat(policy(List.of("a"), List.of("labels.secret"), STOP).problems(mapped("a:long", "labels:flattened")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.what()).contains("\"labels\""));
    }

    @Test
    void aMemberOfAStructuredValueCanBeNamedAndOneOfAPlainValueCannot() {
        List<SourceField> fields = mapped("place:geo_point", "title:text");
        assertThat(policy(List.of("**"), List.of("place.lat"), STOP).problems(fields))
                .isEmpty();
        assertThat(policy(List.of("**"), List.of("title.keyword"), STOP).problems(fields))
                .hasSize(1);
    }

    @Test
    void idsAndRoutingCanBeExcludedExplicitly() {
        assertThat(policy(List.of("**"), List.of("_id", "_routing"), STOP).problems(mapped("a:long")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            author.email;   - author.email
            @timestamp;     - "@timestamp"
            no;             - "no"
            2024;           - "2024"
            a b;            - "a b"
            say "hi";       - "say \\"hi\\""
            café;           - "café"
            """)
    void theLineToAddIsValidYaml(String path, String line) throws Exception {
        assertThat(policy(List.of("x"), List.of(), STOP)
                        .problems(List.of(new SourceField(path, "keyword")))
                        .get(0)
                        .what())
                .contains("add  " + line + "  to include");
        assertThat(new YAMLMapper().readTree(line).get(0).textValue()).isEqualTo(path);
    }

    @Test
    void aDescriptionOfAnUnknownFieldIsReportedWithItsKey() {
        List<SourceField> fields = mapped("author.name:keyword", "labels:flattened", "a/b:long");
        assertThat(FieldPolicy.strayDescriptions(
                        List.of("author", "author.name", "labels.x", "seen", "a/c", "autor"), fields, List.of("seen")))
                .extracting(FieldPolicy.Problem::key)
                .containsExactly("/fields/descriptions/a~1c", "/fields/descriptions/autor");
    }
}
