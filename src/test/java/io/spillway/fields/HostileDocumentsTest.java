package io.spillway.fields;

import static io.spillway.fields.FieldPolicy.Unlisted.PUBLISH;
import static io.spillway.fields.FieldPolicy.Unlisted.STOP;
import static io.spillway.fields.FieldPolicy.Unlisted.WITHHOLD;
import static io.spillway.fields.Fields.apply;
import static io.spillway.fields.Fields.counts;
import static io.spillway.fields.Fields.mapped;
import static io.spillway.fields.Fields.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.EdgeSet;
import io.spillway.support.EdgeSet.Edge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that a cluster may well contain and no person would write: odd, deep, wide and large. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class HostileDocumentsTest {
    private static final JsonMapper JSON = new JsonMapper();
    /** The default stack of a thread, which {@code plan} and {@code check} use. Lanes have more. */
    private static final long USUAL_STACK = 1 << 20;
    /** Rules that are tried on one document. */
    private static final int TRIED = 12;

    static Stream<Edge> edges() {
        return Stream.concat(EdgeSet.all().stream(), EdgeSet.notUtf8().stream());
    }

    @ParameterizedTest
    @MethodSource("edges")
    void withoutAnyOneOfItsFieldsADocumentKeepsTheExactTextOfAllOthers(Edge edge) throws Exception {
        String document = new String(edge.line().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        List<String> all = leaves(document);
        for (String rule : rules(all)) {
            FieldPattern pattern = FieldPattern.of(rule);
            FieldFilter filter = policy(List.of(), List.of(rule), PUBLISH).filter(mapped("kids:nested", "wide:object"));

            String published = apply(filter, document);

            assertThat(leaves(published))
                    .as(rule)
                    .isEqualTo(all.stream()
                            .filter(leaf -> !namesOrHolds(pattern, leaf))
                            .toList());
        }
    }

    /** Rules for the first and the last fields, by their paths and by their last names. */
    private static Set<String> rules(List<String> leaves) {
        Set<String> rules = new LinkedHashSet<>();
        List<String> paths =
                leaves.stream().map(HostileDocumentsTest::path).distinct().toList();
        Stream.concat(paths.stream().limit(TRIED / 2), paths.stream().skip(Math.max(0, paths.size() - TRIED / 2)))
                .flatMap(path -> Stream.of(
                        path, path.replaceAll("\\..*", ""), "**." + path.substring(path.lastIndexOf('.') + 1)))
                .filter(HostileDocumentsTest::canBeARule)
                .forEach(rules::add);
        return rules;
    }

    private static boolean canBeARule(String path) {
        try {
            return FieldPattern.of(path) != null;
        } catch (IllegalArgumentException blankOrTooDeep) {
            return false;
        }
    }

    private static boolean namesOrHolds(FieldPattern pattern, String leaf) {
        long at = pattern.start();
        for (String name : path(leaf).split("\\.", -1)) {
            at = pattern.step(at, name);
            if (pattern.names(at)) {
                return true;
            }
        }
        return false;
    }

    private static String path(String leaf) {
        return leaf.substring(0, leaf.indexOf("\u0000="));
    }

    /** Each value as its path and its exact text, in the order of the document. */
    private static List<String> leaves(String document) throws IOException {
        List<String> leaves = new ArrayList<>();
        Deque<String> names = new ArrayDeque<>();
        // Jackson cannot represent half of a surrogate pair in a name; our code keeps its escape as text.
        try (JsonParser parser = JSON.createParser(document.replace("\"a\\ud83db\"", "\"a\\\\ud83db\""))) {
            while (parser.nextToken() != null) {
                JsonToken token = parser.currentToken();
                if (token == JsonToken.FIELD_NAME) {
                    names.addLast(parser.currentName());
                } else if (token.isScalarValue()) {
                    leaves.add(String.join(".", names) + "\u0000=" + parser.getText());
                    leave(parser, names);
                } else if (token.isStructEnd()) {
                    leave(parser, names);
                }
            }
        }
        return leaves;
    }

    private static void leave(JsonParser parser, Deque<String> names) {
        if (parser.getParsingContext().inObject()) {
            names.removeLast();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"k\":#}", "[#]", "{\"k\":[#]}"})
    void aDocumentAsDeepAsElasticsearchAcceptsIsFiltered(String level) throws Exception {
        int levels = (FieldFilter.MAX_DEPTH - 2) / (level.length() > 8 ? 2 : 1);
        String document = "{\"raw\":" + deep(level, levels, "{\"secret\":\"canary\",\"n\":1.00}") + "}";

        String published = onAUsualStack(() -> {
            FieldFilter filter =
                    policy(List.of(), List.of("**.secret"), PUBLISH).filter(List.of());
            String text = apply(filter, document);
            assertThat(counts(filter).published()).isNotEmpty();
            return text;
        });

        assertThat(published).isEqualTo(document.replace("\"secret\":\"canary\",", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"k\":#}", "[#]", "{\"k\":[#]}"})
    void aDeeperDocumentIsRefusedWithAHint(String level) {
        String document = "{\"raw\":" + deep(level, 100_000, "\"canary\"") + "}";

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> onAUsualStack(() ->
                        apply(policy(List.of(), List.of("**.secret"), PUBLISH).filter(List.of()), document)))
                .satisfies(HostileDocumentsTest::refusesTheDepth);
    }

    @Test
    void aNameWithAHundredThousandDotsIsRefusedWithAHint() {
        String document = "{\"raw\":{\"" + "k.".repeat(100_000) + "k\":\"canary\"}}";

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> onAUsualStack(() ->
                        apply(policy(List.of(), List.of("**.secret"), PUBLISH).filter(List.of()), document)))
                .satisfies(HostileDocumentsTest::refusesTheDepth);
    }

    @Test
    void tooDeeplyNestedArraysOfABlurredFieldAreRefused() {
        FieldPolicy policy = new FieldPolicy(
                List.of(),
                List.of(),
                List.of(new FieldPolicy.BlurRule(FieldPattern.of("raw"), Blurs.constant("x"))),
                PUBLISH);
        String document = "{\"raw\":" + deep("[#]", 100_000, "\"canary\"") + "}";

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> onAUsualStack(() -> apply(policy.filter(List.of()), document)))
                .satisfies(HostileDocumentsTest::refusesTheDepth);
    }

    private static void refusesTheDepth(SpillwayException e) {
        assertThat(e.fault()).isEqualTo(Fault.FIELD_POLICY);
        assertThat(e.getMessage())
                .contains("\"id\"", "\"index\"", "1000 levels", "\"raw")
                .doesNotContain("canary")
                .hasSizeLessThan(1_000);
        assertThat(e.hint()).contains(".**");
    }

    @Test
    void aDeepValuePublishedOrWithheldAsAWholeIsAccepted() throws Exception {
        String whole = "\"whole\":" + deep("{\"k\":#}", 100_000, "1");
        String gone = "\"gone\":" + deep("[#]", 100_000, "\"canary\"");

        String published = onAUsualStack(() -> apply(
                policy(List.of("whole.**"), List.of("gone"), STOP).filter(List.of()), "{" + gone + "," + whole + "}"));

        assertThat(published).isEqualTo("{" + whole + "}");
    }

    private static String deep(String level, int levels, String inside) {
        int at = level.indexOf('#');
        return level.substring(0, at).repeat(levels)
                + inside
                + level.substring(at + 1).repeat(levels);
    }

    private static String onAUsualStack(Callable<String> call) throws Exception {
        FutureTask<String> task = new FutureTask<>(call);
        Thread thread = new Thread(null, task, "usual-stack", USUAL_STACK);
        thread.start();
        thread.join();
        try {
            return task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof SpillwayException refused) {
                throw refused;
            }
            throw e;
        }
    }

    @Test
    void oneOfAHundredThousandNamesIsWithheldAndTheOthersAreNot() throws Exception {
        FieldFilter filter =
                policy(List.of(), List.of("secret", "o.secret"), PUBLISH).filter(mapped("id:keyword"));
        String others =
                IntStream.range(0, 100_000).mapToObj(n -> "\"k" + n + "\":" + n).collect(Collectors.joining(","));
        String object = "\"o\":{" + others + "}";

        for (int i = 0; i < 2; i++) {
            assertThat(apply(
                            filter,
                            "{" + others + "," + object.replace("}", ",\"secret\":\"canary\"}")
                                    + ",\"secret\":\"canary\",\"id\":1}"))
                    .isEqualTo("{" + others + "," + object + ",\"id\":1}");
        }
    }

    @Test
    void withheldNamesAreCountedUpToALimitAndMappedOnesAlways() throws Exception {
        FieldFilter filter = policy(List.of("id"), List.of(), WITHHOLD).filter(mapped("id:keyword"));
        String others =
                IntStream.range(0, 100_000).mapToObj(n -> "\"k" + n + "\":" + n).collect(Collectors.joining(","));

        assertThat(apply(filter, "{" + others + ",\"id\":\"a\"}")).isEqualTo("{\"id\":\"a\"}");

        AtomicInteger nodes = new AtomicInteger();
        filter.root().forEach(node -> nodes.incrementAndGet());
        assertThat(nodes).hasValueLessThan(6_000);
        assertThat(counts(filter).tooMany()).isTrue();
        assertThat(counts(filter).published())
                .containsExactly(new PublishedField("id", "keyword", List.of("string"), 1, null, null));
    }

    @Test
    void ifNamesAreTooManyFieldsWithoutAFullCountAreNotListed() throws Exception {
        FieldFilter filter = FieldPolicy.publishAll().filter(mapped("id:keyword"));
        apply(filter, "{\"id\":1,\"first\":2}");
        assertThat(counts(filter).published()).extracting(PublishedField::path).containsExactly("first", "id");
        String others =
                IntStream.range(0, 6_000).mapToObj(n -> "\"k" + n + "\":" + n).collect(Collectors.joining(","));
        apply(filter, "{" + others + "}");
        assertThat(counts(filter).published()).extracting(PublishedField::path).containsExactly("id");
    }

    @Test
    void longNamesAreAlsoDistinguishedUpToALimit() throws Exception {
        FieldFilter filter = policy(List.of(), List.of("**.secret"), PUBLISH).filter(List.of());
        String key = "k".repeat(20_000);
        String document = IntStream.range(0, 200)
                .mapToObj(n -> "\"" + key + n + "\":{\"n\":1,\"secret\":2}")
                .collect(Collectors.joining(",", "{", "}"));

        assertThat(apply(filter, document)).isEqualTo(document.replace(",\"secret\":2", ""));
        assertThat(counts(filter).tooMany()).isTrue();
    }

    @Test
    void aDocumentOf25MegabytesLosesOnlyTheField() throws Exception {
        byte[] long25 = new byte[25_000_000];
        Arrays.fill(long25, (byte) 'x');
        String text =
                "{\"secret\":\"canary\",\"text\":\"" + new String(long25, StandardCharsets.ISO_8859_1) + "\",\"n\":1.0";
        FieldFilter filter =
                policy(List.of("text", "n"), List.of("secret"), STOP).filter(List.of());

        assertThat(apply(filter, text + "}").equals(text.replace("\"secret\":\"canary\",", "") + "}"))
                .isTrue();
        assertThat(apply(filter, "{\"n\":1,\"secret\":2}")).isEqualTo("{\"n\":1}");
    }

    @Test
    void aPathThatWouldBreakAMessageIsEscapedAndShortened() {
        FieldFilter filter = policy(List.of("a"), List.of(), STOP).filter(List.of());
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> apply(filter, "{\"line\\nbreak\\u001b[31m" + "x".repeat(5_000) + "\":1}"))
                .satisfies(e -> {
                    assertThat(e.getMessage()).contains("line\\nbreak").hasSizeLessThan(400);
                    assertThat(e.getMessage() + e.hint()).doesNotContain("\n", "\u001b");
                });
    }
}
