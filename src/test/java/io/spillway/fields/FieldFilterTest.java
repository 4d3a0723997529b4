package io.spillway.fields;

import static io.spillway.fields.FieldPolicy.Unlisted.PUBLISH;
import static io.spillway.fields.FieldPolicy.Unlisted.STOP;
import static io.spillway.fields.FieldPolicy.Unlisted.WITHHOLD;
import static io.spillway.fields.Fields.apply;
import static io.spillway.fields.Fields.counts;
import static io.spillway.fields.Fields.document;
import static io.spillway.fields.Fields.mapped;
import static io.spillway.fields.Fields.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import io.spillway.source.SourceField;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldFilterTest {
    private static final String NUMBERS = "{ \"a\" : 1.00 ,\t\"b\": 1e400, \"c\": [0.10, -0.0 ], \"x\":7}";

    @Test
    void aDocumentWithoutWithheldFieldsIsUnchanged() throws Exception {
        FieldFilter filter = policy(List.of("**"), List.of("secret"), STOP).filter(List.of());
        Document document = document(NUMBERS);
        assertThat(filter.apply(document)).isSameAs(document);
    }

    @Test
    void withoutRulesEveryDocumentIsUnchanged() throws Exception {
        FieldFilter filter = FieldPolicy.publishAll().filter(mapped("a:long", "c:nested", "c.d:keyword"));
        Document document = document(NUMBERS);
        assertThat(filter.apply(document)).isSameAs(document);
    }

    @Test
    void numbersKeepTheirDigitsBesideAWithheldField() throws Exception {
        FieldFilter filter = policy(List.of(), List.of("x"), PUBLISH).filter(List.of());
        assertThat(apply(filter, NUMBERS)).isEqualTo("{ \"a\" : 1.00 ,\t\"b\": 1e400, \"c\": [0.10, -0.0 ]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            x;          {"x":1,"a":2};                      {"a":2}
            x;          {"a":2,"x":1};                      {"a":2}
            x;          {"a":2,"x":1,"b":3};                {"a":2,"b":3}
            x;          {"x":1};                            {}
            x;          {"x":{"y":[1,{"z":2}]},"a":1};      {"a":1}
            x,y;        {"x":1,"y":2,"a":3};                {"a":3}
            x,y;        {"a":3,"x":1,"y":2};                {"a":3}
            x,y;        {"x":1,"a":3,"y":2};                {"a":3}
            o.x;        {"o":{"x":1,"a":2},"b":3};          {"o":{"a":2},"b":3}
            o.x;        {"o":{"x":1},"b":3};                {"b":3}
            o.x;        {"o":{},"b":3};                     {"o":{},"b":3}
            o.x;        {"o":[{"x":1},{"a":2}]};            {"o":[{},{"a":2}]}
            o.x;        {"o":[{"x":1},{"x":2}],"b":3};      {"b":3}
            o.x;        {"o":[[{"x":1,"a":1}],{"x":2}]};    {"o":[[{"a":1}],{}]}
            o.x;        {"o.x":1,"b":3};                    {"b":3}
            o.x;        {"o.x.y":1,"b":3};                  {"b":3}
            o.x;        {"o":{"x.y":1,"z":2}};              {"o":{"z":2}}
            a.b.c;      {"a.b":{"c":1,"d":2}};              {"a.b":{"d":2}}
            **.x;       {"x":1,"o":{"p":{"x":2,"q":3}}};    {"o":{"p":{"q":3}}}
            *.x;        {"x":1,"o":{"x":2,"p":{"x":2}}};    {"x":1,"o":{"p":{"x":2}}}
            x*;         {"x1":1,"ax":2,"x":3};              {"ax":2}
            o;          {"o":null,"a":1};                   {"a":1}
            o.x;        {"o":null,"a":1};                   {"o":null,"a":1}
            o.x;        {"o":{"x":1,"n":null}};             {"o":{"n":null}}
            """)
    void anExcludedFieldIsRemovedWithItsName(String exclude, String document, String published) throws Exception {
        FieldFilter filter =
                policy(List.of(), List.of(exclude.split(",", -1)), PUBLISH).filter(List.of());
        assertThat(apply(filter, document)).isEqualTo(published);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            a;          {"a":1,"b":2};                      {"a":1}
            a;          {"b":2,"a":[1,2]};                  {"a":[1,2]}
            a;          {"a":{"b":1},"c":2};                {}
            a.**;       {"a":{"b":{"c":1}},"d":2};          {"a":{"b":{"c":1}}}
            a.*;        {"a":{"b":1,"c":{"d":2}}};          {"a":{"b":1}}
            a.b;        {"a":{"b":1,"c":2}};                {"a":{"b":1}}
            a.b;        {"a":[{"b":1,"c":2},{"c":3}]};      {"a":[{"b":1},{}]}
            a.b;        {"a":"text","c":1};                 {}
            a.b;        {"a":["text",{"b":1}]};             {"a":[{"b":1}]}
            a.b;        {"a":[]};                           {"a":[]}
            b;          {"a":[]};                           {}
            b;          {"a":null};                         {}
            a.b;        {"a.b":1,"a":{"c":1}};              {"a.b":1}
            **.b;       {"b":1,"a":{"b":2,"c":3}};          {"b":1,"a":{"b":2}}
            """)
    void withWithholdOnlyIncludedFieldsRemain(String include, String document, String published) throws Exception {
        FieldFilter filter =
                policy(List.of(include.split(",", -1)), List.of(), WITHHOLD).filter(List.of());
        assertThat(apply(filter, document)).isEqualTo(published);
    }

    @Test
    void anEscapedNameIsDecoded() throws Exception {
        FieldFilter filter =
                policy(List.of("**"), List.of("email", "a.b"), STOP).filter(List.of());
        assertThat(apply(filter, "{\"em\\u0061il\":1,\"a\\u002eb\":2,\"c\":3}")).isEqualTo("{\"c\":3}");
    }

    @Test
    void aNameWithABackslashIsNotTakenForAnEscapedOne() throws Exception {
        FieldFilter filter = policy(List.of("**"), List.of("a\\b"), STOP).filter(List.of());
        for (int i = 0; i < 3; i++) {
            assertThat(apply(filter, "{\"a\\b\":1}")).isEqualTo("{\"a\\b\":1}");
            assertThat(apply(filter, "{\"a\\\\b\":1}")).isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\\ud8aa", "x\\uD8aA"})
    void halfASurrogatePairIsTheSameNameWhateverTheCaseOfItsEscape(String rule) throws Exception {
        for (String spelled : List.of("x\\ud8aa", "x\\uD8AA")) {
            FieldFilter filter = policy(List.of("**"), List.of(rule), STOP).filter(mapped("x\\ud8aa:keyword"));
            assertThat(apply(filter, "{\"" + spelled + "\":1,\"y\":2}")).isEqualTo("{\"y\":2}");
        }
    }

    @Test
    void fieldsMayComeInAnyOrder() throws Exception {
        FieldFilter filter = policy(List.of("a", "b"), List.of("x"), STOP).filter(List.of());
        assertThat(apply(filter, "{\"a\":1,\"x\":2,\"b\":3}")).isEqualTo("{\"a\":1,\"b\":3}");
        assertThat(apply(filter, "{\"b\":1,\"x\":2,\"a\":3}")).isEqualTo("{\"b\":1,\"a\":3}");
        assertThat(apply(filter, "{\"x\":1,\"b\":2}")).isEqualTo("{\"b\":2}");
    }

    @Test
    void anUndecidedFieldStopsTheRunWithItsNameAndTheDocuments() {
        FieldFilter filter = policy(List.of("a"), List.of(), STOP).filter(List.of());
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> apply(filter, "{\"a\":1,\"o\":[{\"new\":\"canary\"}]}"))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(Fault.FIELD_POLICY);
                    assertThat(e.getMessage())
                            .contains("\"o\"", "\"id\"", "\"index\"")
                            .doesNotContain("canary");
                    assertThat(e.hint()).contains("- o ", "withhold");
                });
    }

    @Test
    void anEmptyUndecidedFieldIsLeftOut() throws Exception {
        FieldFilter filter = policy(List.of("a"), List.of(), STOP).filter(List.of());
        assertThat(apply(filter, "{\"a\":1,\"n\":null,\"e\":[],\"f\":[[],[null]]}"))
                .isEqualTo("{\"a\":1}");
    }

    @Test
    void membersOfAValueOfAMappedTypeBelongToItsField() throws Exception {
        FieldFilter filter = policy(List.of("place"), List.of(), STOP).filter(mapped("place:geo_point"));
        String document = "{\"place\":{\"lat\":1.50,\"lon\":2}}";
        assertThat(apply(filter, document)).isEqualTo(document);
    }

    @Test
    void aMemberOfSuchAValueCanBeWithheld() throws Exception {
        FieldFilter filter =
                policy(List.of("place"), List.of("place.lat"), STOP).filter(mapped("place:geo_point"));
        assertThat(apply(filter, "{\"place\":{\"lat\":1.50,\"lon\":2}}")).isEqualTo("{\"place\":{\"lon\":2}}");
    }

    @Test
    void aValueInAnOpenFieldIsDecidedByItsOwnPath() {
        FieldFilter filter = policy(List.of("labels"), List.of(), STOP).filter(mapped("labels:flattened"));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> apply(filter, "{\"labels\":{\"color\":\"red\"}}"))
                .withMessageContaining("\"labels.color\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            keyword;               {"id":1,"a":{"mail":"canary"}};             {"id":1}
            keyword;               {"id":1,"a.mail":"canary"};                 {"id":1}
            keyword;               {"a":["x",{"mail":"canary"},[2]]};          {"a":["x",{},[2]]}
            keyword;               {"a":[[{"mail":"canary"}]],"id":1};         {"id":1}
            text|keyword;          {"a":{"b":{"mail":"canary"}}};              {}
            a_plugins_own;         {"a":{"mail":"canary"}};                    {}
            dense_vector;          {"a":[1.0,[2],"{"]};                        {"a":[1.0,[2],"{"]}
            geo_point;             {"a":{"lat":1.0,"lon":2,"mail":"canary"}};  {"a":{"lat":1.0,"lon":2}}
            geo_point;             {"a":{"lat":{"mail":"canary"},"lon":2}};    {"a":{"lon":2}}
            geo_point;             {"a.lat":1.0,"a.lon":2};                    {"a.lat":1.0,"a.lon":2}
            geo_point|keyword;     {"a":{"lat":1.0,"lon":2}};                  {}
            geo_point|geo_shape;   {"a":{"type":"p","lat":2}};                 {"a":{"type":"p"}}
            geo_shape;             {"a":{"geometries":[{"type":"p","n":1}]}};  {"a":{"geometries":[{"type":"p"}]}}
            date_range;            {"a":{"gte":1,"lt":2,"by":"canary"}};       {"a":{"gte":1,"lt":2}}
            completion;            {"a":[{"input":["x"],"weight":1,"m":2}]};   {"a":[{"input":["x"],"weight":1}]}
            """)
    void anObjectUnderAPublishedFieldIsDecidedByItsOwnPathsWhateverTheMapping(
            String type, String document, String published) throws Exception {
        FieldFilter filter = policy(List.of("id", "a"), List.of(), WITHHOLD).filter(mapped("a:" + type));
        assertThat(apply(filter, document)).isEqualTo(published);
        assertThat(counts(filter).published())
                .extracting(PublishedField::path)
                .isSubsetOf("a", "id")
                .contains("a");
    }

    @Test
    void anObjectInPlaceOfAMappedLeafStopsTheRunWithTheNameOfItsField() {
        FieldFilter filter = policy(List.of("contact"), List.of(), STOP).filter(mapped("contact:keyword"));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> apply(filter, "{\"contact\":{\"email\":\"canary\"}}"))
                .withMessageContaining("\"contact.email\"")
                .satisfies(e -> assertThat(e.getMessage() + e.hint()).doesNotContain("canary"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            {"c.mail":"canary"};                    {"c":null}
            {"c":{"mail":"canary"}};                {"c":null}
            {"c.mail":"canary","c.x":2,"id":1};     {"c":null,"id":1}
            {"c":"7","c.mail":"canary"};            {"c":"gone"}
            {"c.mail":"canary","\\u0063":"7"};    {"\\u0063":"gone"}
            {"o":[{"c.mail":1}],"c":[{"x":1}]};     {"c":[null]}
            """)
    void aDottedNameBelowABlurredFieldCountsAsAnObject(String document, String published) throws Exception {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("id")),
                Fields.patterns(List.of("c.mail")),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("c"), Blurs.constant("gone"))),
                WITHHOLD);
        FieldFilter filter = policy.filter(mapped("c:flattened"));
        assertThat(apply(filter, document)).isEqualTo(published);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            **.email;        id;          secret:keyword a.b:keyword open:flattened
            **.email;        author.email id;   author:nested author.email:keyword author.phone:keyword
            secret.email;    id;          secret:keyword
            open.color;      id open;     open:flattened other:flattened
            *.color;         id;          open:flattened
            secret.*.b;      id;          secret:keyword
            foo.max;         foo.max id;  foo:long foo.max:long
            """)
    void aFieldThatAPatternCouldMatchBelowIsNotAPublishedField(String include, String listed, String mapping)
            throws Exception {
        List<SourceField> fields = mapped(("id:long " + mapping).split(" ", -1));
        FieldPolicy policy = policy(List.of("id", include), List.of(), WITHHOLD);
        FieldFilter filter = policy.filter(fields);
        assertThat(apply(filter, "{\"id\":1,\"secret\":\"canary\",\"open\":{\"x\":1}}"))
                .isEqualTo("{\"id\":1}");
        String[] paths =
                listed.contains("author") ? new String[] {"author", "author.email", "id"} : listed.split(" ", -1);
        assertThat(policy.published(fields)).extracting(SourceField::path).containsExactlyInAnyOrder(paths);
        assertThat(counts(filter).published()).extracting(PublishedField::path).containsExactlyInAnyOrder(paths);
    }

    @Test
    void nullUnderAnUnlistedNameDoesNotPublishTheName() throws Exception {
        FieldFilter filter =
                policy(List.of("**.email", "a.b"), List.of(), WITHHOLD).filter(List.of());
        assertThat(apply(filter, "{\"hush\":null,\"hush2\":{},\"hush3\":[[]],\"a\":null,\"o\":{\"email\":null}}"))
                .isEqualTo("{\"a\":null,\"o\":{\"email\":null}}");
    }

    @Test
    void excludeAndBlurMatchBothSpellingsOfALetterAndIncludeOnlyItsOwn() throws Exception {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("caf\u00e9", "x")),
                Fields.patterns(List.of("r\u00e9sum\u00e9", "a\u030angstro\u0308m*")),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("\u00fcber"), Blurs.constant("gone"))),
                WITHHOLD);
        FieldFilter filter = policy.filter(List.of());
        assertThat(
                        apply(
                                filter,
                                "{\"re\u0301sum\u00e9\":1,\"\u00e5ngstr\u00f6m2\":1,\"u\u0308ber\":1,\"cafe\u0301\":1,\"x\":1}"))
                .isEqualTo("{\"u\u0308ber\":\"gone\",\"x\":1}");
    }

    @Test
    void anEmptyNameIsNamedByAStar() throws Exception {
        assertThat(apply(policy(List.of(), List.of("*"), PUBLISH).filter(List.of()), "{\"\":1,\"a\":2}"))
                .isEqualTo("{}");
        assertThat(apply(
                        policy(List.of("a.*"), List.of(), WITHHOLD).filter(List.of()),
                        "{\"a.\":1,\"a\":{\"\":2},\"\":3}"))
                .isEqualTo("{\"a.\":1,\"a\":{\"\":2}}");
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> apply(policy(List.of("a"), List.of(), STOP).filter(List.of()), "{\"**\":1}"))
                .satisfies(e -> assertThat(e.hint()).contains("no rule can contain this name"));
    }

    @Test
    void aBlurredNumberIsListedAsTheTextInTheDump() throws Exception {
        FieldPolicy policy = new FieldPolicy(
                List.of(),
                List.of(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("a"), Blurs.constant("x"))),
                WITHHOLD);
        FieldFilter filter = policy.filter(List.of());
        apply(filter, "{\"a\":7}");
        apply(filter, "{\"a\":{\"b\":1}}");
        assertThat(counts(filter).published())
                .containsExactly(new PublishedField("a", null, List.of("null", "string"), 1, "constant", null));
    }

    @Test
    void aNameWithDotsIsCountedAsTheEquivalentObjects() throws Exception {
        List<SourceField> fields = mapped("kids:nested", "kids.name:keyword", "labels:flattened");
        FieldPolicy policy = policy(List.of("kids.name", "labels.**"), List.of(), STOP);
        FieldFilter dotted = policy.filter(fields);
        FieldFilter objects = policy.filter(fields);
        apply(dotted, "{\"kids.name\":\"Ana\",\"labels.color\":\"red\"}");
        apply(objects, "{\"kids\":{\"name\":\"Ana\"},\"labels\":{\"color\":\"red\"}}");
        assertThat(counts(dotted).published()).isEqualTo(counts(objects).published());
    }

    @Test
    void leftOutFieldsAreCountedByDocument() throws Exception {
        FieldFilter filter = policy(List.of("a"), List.of("gone"), WITHHOLD).filter(List.of());
        apply(filter, "{\"a\":1,\"b\":1,\"gone\":1}");
        apply(filter, "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":1}}");
        assertThat(counts(filter).unlisted()).isEqualTo(Map.of("b", 2L, "c", 1L));
    }

    @Test
    void publishedFieldsAreCountedByDocumentOverAllLanes() throws Exception {
        FieldPolicy policy = policy(List.of("a", "b", "n.**"), List.of("x"), STOP);
        var mapped = mapped("a:keyword", "b:long", "n:nested", "n.c:date", "x:keyword");
        FieldFilter one = policy.filter(mapped);
        FieldFilter other = policy.filter(mapped);
        apply(one, "{\"a\":\"1\",\"n\":[{\"c\":1},{\"c\":2}],\"x\":1}");
        apply(one, "{\"a\":null,\"n\":[]}");
        apply(other, "{\"a\":[\"1\",\"2\"],\"n\":{\"d\":true}}");

        assertThat(counts(one, other).published())
                .containsExactly(
                        new PublishedField("a", "keyword", List.of("array", "null", "string"), 2, null, null),
                        new PublishedField("b", "long", List.of(), 0, null, null),
                        new PublishedField("n", "nested", List.of("array", "object"), 2, null, null),
                        new PublishedField("n.c", "date", List.of("number"), 1, null, null),
                        new PublishedField("n.d", null, List.of("boolean"), 1, null, null));
    }

    @Test
    void aBlurredValueIsReplacedWhereverItOccurs() throws Exception {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("**")),
                List.of(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("**.email"), Blurs.email())),
                STOP);
        FieldFilter filter = policy.filter(List.of());
        assertThat(apply(
                        filter,
                        "{\"email\":\"a@b.org\",\"o\":{\"email\":[\"c@d.org\",null,7,{\"e\":\"x\"}],\"k\":1.0}}"))
                .isEqualTo("{\"email\":\"***@b.org\",\"o\":{\"email\":[\"***@d.org\",null,null,null],\"k\":1.0}}");
        assertThat(counts(filter).unreadable()).isEqualTo(Map.of("o.email", 2L));
        assertThat(counts(filter).published())
                .contains(new PublishedField("email", null, List.of("string"), 1, "mask-email", null));
    }

    @Test
    void aBlurredTextIsQuotedAsJson() throws Exception {
        FieldPolicy policy = new FieldPolicy(
                List.of(),
                List.of(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("a"), Blurs.constant("\"\\\n\u00e9"))),
                PUBLISH);
        assertThat(apply(policy.filter(List.of()), "{\"a\":1}")).isEqualTo("{\"a\":\"\\\"\\\\\\n\u00e9\"}");
    }

    @Test
    void commentsAndBytesThatAreNotUtf8AreFixedBeforeFieldsAreLeftOut() throws Exception {
        FieldFilter filter = policy(List.of("**"), List.of("x"), STOP).filter(List.of());
        assertThat(apply(filter, "{\"a\":1,/* x */\n\"x\":2,\"b\":\"c\"}")).isEqualTo("{\"a\":1,\"b\":\"c\"}");
    }

    @Test
    void aMappedFieldBelowAnotherWithValuesIsASeparateField() throws Exception {
        // As in a mapping with subobjects: false.
        FieldFilter filter = policy(List.of("foo"), List.of(), WITHHOLD).filter(mapped("foo:long", "foo.max:long"));
        assertThat(apply(filter, "{\"foo\":1.0,\"foo.max\":2}")).isEqualTo("{\"foo\":1.0}");
    }

    @Test
    void noFieldOfALeftOutOrBlurredObjectIsListed() throws Exception {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("**")),
                Fields.patterns(List.of("gone")),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("blurred"), Blurs.constant("x"))),
                STOP);
        var mapped = mapped("a:long", "blurred:nested", "blurred.b:long", "gone.c:long", "gone.d.e:long");
        FieldFilter filter = policy.filter(mapped);
        apply(filter, "{\"a\":1,\"blurred\":{\"b\":1},\"gone\":{\"c\":1,\"d.e\":2}}");
        assertThat(policy.published(mapped)).extracting(SourceField::path).containsExactly("a", "blurred");
        assertThat(counts(filter).published()).extracting(PublishedField::path).containsExactly("a", "blurred");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            {"a":1.00};                         1.00
            {"a":"x\\u00e9\\n"};                "x\\u00e9\\n"
            {"a":[[true,"x"]]};                 true
            {"a":[]} {"a":null} {"a":[7]};      7
            {"a":[{"b":1}]} {"a":{"b":2}};      ~~
            {"b":1} {"a":2} {"a":3};            2
            """)
    void anExampleIsTheFirstValueOfTheFieldUnchanged(String documents, String example) throws Exception {
        FieldFilter filter = policy(List.of("a.**"), List.of("b"), STOP).filter(mapped("a:keyword"), true);
        for (String document : documents.split(" ", -1)) {
            apply(filter, document);
        }
        assertThat(counts(filter).published())
                .filteredOn(field -> field.path().equals("a"))
                .extracting(PublishedField::example)
                .containsExactly(example.isEmpty() ? null : example);
    }

    @Test
    void anExampleComesFromTheLowestSliceThatHasOneWhicheverIsReadyFirst() throws Exception {
        FieldPolicy policy = FieldPolicy.publishAll();
        FieldCounts counts = new FieldCounts();
        for (int slice : List.of(2, 1, 0)) {
            FieldFilter filter = policy.filter(List.of(), true);
            apply(filter, slice == 0 ? "{\"b\":0}" : "{\"a\":" + slice + "}");
            counts.add(slice, filter);
        }
        assertThat(counts.published()).extracting(PublishedField::example).containsExactly("1", "0");
    }

    @Test
    void anExampleOfABlurredFieldIsTheValueInTheDump() throws Exception {
        FieldPolicy policy = new FieldPolicy(
                Fields.patterns(List.of("**")),
                List.of(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("mail"), Blurs.email())),
                STOP);
        FieldFilter filter = policy.filter(mapped("mail:keyword"), true);
        apply(filter, "{\"mail\":[\"not an address\",\"canary@example.org\"]}");
        assertThat(counts(filter).published())
                .extracting(PublishedField::example)
                .containsExactly("\"***@example.org\"");
    }

    @Test
    void aLongValueIsNotUsedAsAnExample() throws Exception {
        FieldFilter filter = FieldPolicy.publishAll().filter(List.of(), true);
        apply(filter, "{\"a\":\"" + "x".repeat(500) + "\"}");
        apply(filter, "{\"a\":\"short\"}");
        assertThat(counts(filter).published())
                .extracting(PublishedField::example)
                .containsExactly("\"short\"");
    }

    @Test
    void noExamplesAreKeptUnlessRequested() throws Exception {
        FieldFilter filter = FieldPolicy.publishAll().filter(List.of());
        apply(filter, "{\"a\":1}");
        assertThat(counts(filter).published())
                .extracting(PublishedField::example)
                .containsOnlyNulls();
    }

    @Test
    void anEmptyPrettyPrintedFieldIsLeftOutToo() throws Exception {
        FieldFilter filter = policy(List.of("a"), List.of(), STOP).filter(List.of());
        assertThat(apply(filter, "{\"a\":1,\"e\":[\r\n null\n]}")).isEqualTo("{\"a\":1}");
    }
}
