package io.spillway.publish;

import static io.spillway.publish.DraftMaker.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.dataset.Dataset;
import io.spillway.fields.PublishedField;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every sentence of a README is present exactly when it is true, over random combinations of export options. */
class ReadmeSentencesTest {
    private static final int COMBINATIONS = 2_000;
    /** Sentences that hold for every dump. */
    private static final List<String> ALWAYS = List.of(
            "Line breaks, comments and byte order marks between values are left out.",
            "Each file can be read alone.",
            "Together the files of one format that are compressed alike hold every document of the dump once,",
            "in no particular order.",
            "* `index.html`: this dump as a page, with a link to each file.",
            "* `manifest.json`: the other files with their lengths and checksums, how many documents each part has,",
            "the fields, and how they differ from the dump before, if there was one.",
            "Without it a folder is not a dump.",
            "* `schema.json`: fields with their types, and how many documents have each.",
            "* `datapackage.json`: the same files for tools that read Data Package 2.0.",
            "* `croissant.json`: the files and the fields for tools that read Croissant 1.1.",
            "* `SHA256SUMS`, `urls.txt`: checksums, and what to fetch.",
            "* `CITATION.cff`: how to cite this dump (Citation File Format).");

    /** A sentence and the dumps for which it is true. */
    private record Claim(Pattern sentence, Predicate<DraftMaker> holds) {
        static Claim of(String regex, Predicate<DraftMaker> holds) {
            return new Claim(Pattern.compile(regex), holds);
        }

        @Override
        public String toString() {
            return sentence.pattern();
        }
    }

    static Stream<Claim> claims() {
        return Stream.of(
                Claim.of(
                        "The order of keys, the digits of numbers and the escapes of strings are the source's own\\.",
                        d -> !is(d, "csv")),
                Claim.of("The digits of numbers are the source's own\\.", d -> is(d, "csv")),
                Claim.of(
                        "Documents are published as they were indexed\\.",
                        d -> d.altered == 0 && d.repaired == 0 && !is(d, "csv")),
                Claim.of(
                        "Documents are published as they were indexed, except for bytes that are not UTF-8\\.",
                        d -> d.altered == 0 && d.repaired > 0 && !is(d, "csv")),
                Claim.of(
                        "Values in cells are as they were indexed\\.",
                        d -> d.altered == 0 && d.repaired == 0 && is(d, "csv")),
                Claim.of(
                        "Values in cells are as they were indexed, except for bytes that are not UTF-8\\.",
                        d -> d.altered == 0 && d.repaired > 0 && is(d, "csv")),
                Claim.of(
                        "7 of 100 documents were altered: the publisher withholds or blurs some of their fields\\.",
                        d -> d.altered == 7),
                Claim.of(
                        "Everything else in them is as it was indexed(, except for bytes that are not UTF-8)?\\.",
                        d -> d.altered > 0 && !is(d, "csv")),
                Claim.of(
                        "All other values in cells are as they were indexed(, except for bytes that are not UTF-8)?\\.",
                        d -> d.altered > 0 && is(d, "csv")),
                Claim.of(
                        "`schema\\.json` names the fields whose values are blurred\\.", ReadmeSentencesTest::isBlurred),
                Claim.of("In 3 documents, bytes that are not UTF-8 were replaced by U\\+FFFD\\.", d -> d.repaired == 3),
                Claim.of("A query or a routing chose the documents: the source may hold others\\.", d -> d.filtered),
                Claim.of("`manifest\\.json` has the query\\.", d -> d.query != null),
                Claim.of("\\* `jsonl`: one JSON document a line, in UTF-8\\.", d -> is(d, "jsonl") && !withId(d)),
                Claim.of("\\* `jsonl`: one JSON object a line.*`_source`.*", d -> is(d, "jsonl") && withId(d)),
                Claim.of("Lines end with a line feed alone\\.", d -> is(d, "jsonl")),
                Claim.of("Read them as bytes or with a JSON Lines reader.*", d -> is(d, "jsonl")),
                Claim.of("\\* `tar`: archives of JSON files.*", d -> is(d, "tar")),
                Claim.of("An element has the document under `_source`.*", d -> is(d, "tar") && withId(d)),
                Claim.of("Each archive unpacks into a folder of its own\\.", d -> is(d, "tar")),
                Claim.of(
                        "\\* `csv`:.*UTF-8\\), a header in each file\\.",
                        d -> is(d, "csv") && !set(d, "byte_order_mark")),
                Claim.of(
                        "\\* `csv`:.*UTF-8 after a byte order mark\\), a header in each file\\.",
                        d -> is(d, "csv") && set(d, "byte_order_mark")),
                Claim.of("A column is a dotted path; an object in a cell is JSON text\\.", d -> is(d, "csv")),
                Claim.of(
                        "An array is its values joined with \"; \\\\\\*\": a value may contain that too, .*",
                        d -> is(d, "csv") && "join".equals(d.options.get("arrays"))),
                Claim.of("An array is JSON text, also .*", d -> is(d, "csv") && "json".equals(d.options.get("arrays"))),
                Claim.of(
                        "A row without a value is `\"\"`.*",
                        d -> is(d, "csv") && columns(d).size() == 1),
                Claim.of(
                        "A cell for null or a missing field is empty.*",
                        d -> is(d, "csv") && columns(d).size() > 1),
                Claim.of(
                        "Text that a spreadsheet would run as a formula is prefixed with an apostrophe\\.",
                        d -> is(d, "csv") && set(d, "formulas_escaped")),
                Claim.of(
                        "`_id` identify the document of a row.*",
                        d -> is(d, "csv") && columns(d).contains("_id")),
                Claim.of("Some fields have no column: .*", d -> is(d, "csv") && !d.leftOut.isEmpty()),
                Claim.of("\\* `bulk`: two lines a document, .*", d -> is(d, "bulk")),
                Claim.of("The action is `index`: .*", d -> is(d, "bulk") && "index".equals(d.options.get("action"))),
                Claim.of("The action is `create`, .*", d -> is(d, "bulk") && "create".equals(d.options.get("action"))),
                Claim.of(
                        "Each file is one request; the largest has 1,100 bytes before compression, .*",
                        d -> is(d, "bulk")),
                Claim.of("`curl` sends a file again while the server is busy \\(429, 503\\)\\.", d -> is(d, "bulk")),
                Claim.of("With the server's address in `SERVER` and the index in `INDEX`:", d -> is(d, "bulk")),
                Claim.of(
                        "\\* `sample\\.jsonl`: some documents, to look at before fetching\\.",
                        d -> !d.sample.isEmpty()),
                Claim.of("\\* `LICENSE\\.txt`: the licence\\.", d -> d.dataset.license() != null));
    }

    @ParameterizedTest
    @MethodSource("claims")
    void aSentenceIsPresentExactlyWhenItIsTrue(Claim claim) throws Exception {
        Random random = new Random(14);
        for (int i = 0; i < COMBINATIONS / 10; i++) {
            DraftMaker draft = random(random);
            assertThat(sentences(draft)
                            .anyMatch(line -> claim.sentence.matcher(line).matches()))
                    .as(() -> readme(draft))
                    .isEqualTo(claim.holds.test(draft));
        }
    }

    @Test
    void everySentenceIsOneOfThese() throws Exception {
        List<Claim> claims = claims().toList();
        Random random = new Random(7);
        for (int i = 0; i < COMBINATIONS; i++) {
            DraftMaker draft = random(random);
            assertThat(sentences(draft))
                    .allMatch(line -> ALWAYS.contains(line)
                            || claims.stream()
                                    .anyMatch(claim ->
                                            claim.sentence.matcher(line).matches()));
        }
    }

    /** Lines below "What is in it" outside of commands, each a sentence. */
    private static Stream<String> sentences(DraftMaker draft) {
        String text = readme(draft);
        return text.substring(text.indexOf("## What is in it"))
                .replaceAll("(?s) *```.*?```", "")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("##"));
    }

    private static String readme(DraftMaker draft) {
        return new String(Readme.of(draft.make(), DumpAddresses.NONE), StandardCharsets.UTF_8);
    }

    private static DraftMaker random(Random random) throws Exception {
        DraftMaker draft = new DraftMaker();
        draft.format = List.of("jsonl", "csv", "bulk", "tar").get(random.nextInt(4));
        draft.compression = random.nextBoolean() ? "gzip" : "none";
        draft.options = options(draft.format, random);
        draft.altered = random.nextBoolean() ? 0 : 7;
        draft.repaired = random.nextBoolean() ? 0 : 3;
        draft.filtered = random.nextBoolean();
        draft.query = draft.filtered && random.nextBoolean() ? new ObjectMapper().readTree("{\"match_all\":{}}") : null;
        draft.sample = random.nextBoolean() ? "" : "{}\n";
        draft.leftOut = random.nextBoolean() ? Map.of() : Map.of("x", 1L);
        PublishedField plain = field("id", "keyword", 100, "string");
        draft.fields(random.nextBoolean() ? plain : new PublishedField("id", "keyword", List.of(), 9, "hash", null));
        draft.dataset =
                new Dataset("journals", "Journals", null, random.nextBoolean() ? "CC0-1.0" : null, null, List.of());
        return draft;
    }

    private static Map<String, Object> options(String format, Random random) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (format.equals("csv")) {
            options.put(
                    "columns",
                    List.of(List.of("a"), List.of("_id", "a"), List.of("a", "b"))
                            .get(random.nextInt(3)));
            options.put("arrays", random.nextBoolean() ? "json" : "join");
            if (options.get("arrays").equals("join")) {
                options.put("separator", "; *");
            }
            options.put("byte_order_mark", random.nextBoolean());
            options.put("formulas_escaped", random.nextBoolean());
        } else if (format.equals("bulk")) {
            options.put("action", random.nextBoolean() ? "index" : "create");
        } else if (random.nextBoolean()) {
            options.put("id", "_id");
        }
        return options;
    }

    private static boolean is(DraftMaker draft, String format) {
        return draft.format.equals(format);
    }

    private static boolean withId(DraftMaker draft) {
        return draft.options.containsKey("id");
    }

    private static boolean set(DraftMaker draft, String option) {
        return Boolean.TRUE.equals(draft.options.get(option));
    }

    private static boolean isBlurred(DraftMaker draft) {
        return draft.fields.stream().map(PublishedField::blurred).anyMatch((@Nullable String blur) -> blur != null);
    }

    private static List<?> columns(DraftMaker draft) {
        return draft.options.get("columns") instanceof List<?> columns ? columns : List.of();
    }
}
