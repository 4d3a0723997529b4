package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.changes.ChangeSettings;
import io.spillway.config.ConfigFile;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be the key of changes, and which settings begin a new chain. */
class ChangePlanTest {
    private static final SourceDescription FOUND = new SourceDescription(
            "elasticsearch",
            "8.19.21",
            "books",
            List.of("books-1"),
            1,
            false,
            List.of(
                    new SourceField("isbn", "keyword"),
                    new SourceField("mail", "keyword"),
                    new SourceField("printed", "date"),
                    new SourceField("author", "object"),
                    new SourceField("author.id", "keyword"),
                    new SourceField("shelves", "nested"),
                    new SourceField("labels", "flattened")));

    private static ScheduleFile schedule(String key, String more) throws Exception {
        return ConfigFile.readText("""
                dataset: books
                source: {elasticsearch: "http://127.0.0.1:1", index: books}
                destinations: [{directory: /tmp/books}]
                changes: {key: "%s"}
                """.formatted(key) + more, "books.yaml", ScheduleFile.class);
    }

    private static ChangeSettings plan(String key, String more) throws Exception {
        return ChangePlan.of(schedule(key, more), FOUND);
    }

    private static void assertRefused(String key, String more, String reason) {
        SpillwayException refused = catchThrowableOfType(SpillwayException.class, () -> plan(key, more));
        assertThat(refused).as(key + " " + more).isNotNull();
        assertThat(refused.fault()).isEqualTo(Fault.CONFIG);
        assertThat(refused).hasMessageContaining("changes.key: \"" + key + "\"").hasMessageContaining(reason);
        assertThat(refused.hint()).isNotEmpty();
    }

    @Test
    void theIdIsTheKeyOnlyWhereLinesHaveIt() throws Exception {
        assertThat(plan("_id", "formats: [{jsonl: {id: _id}}]\n").wrapped()).isTrue();
        assertRefused("_id", "formats: [{jsonl: {}}]\n", "needs the ids of documents in the lines");
        assertRefused("_id", "formats: [{csv: {columns: [isbn]}}]\n", "the formats have no jsonl");
        assertRefused("isbn", "formats: [{csv: {columns: [isbn]}}]\n", "the formats have no jsonl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"isbn", "author.id", "printed"})
    void aPublishedFieldIsAKey(String key) throws Exception {
        assertThat(plan(key, "").key()).isEqualTo(key);
        assertThat(plan(key, "fields: {include: [isbn, author.*, printed], exclude: [mail, shelves, labels]}\n")
                        .key())
                .isEqualTo(key);
        assertThat(plan(key, "fields: {exclude: [mail], unlisted: publish}\n").key())
                .isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource({
        "author, is of type object",
        "shelves, is of type nested",
        "labels, is of type flattened",
        "nothing, is not a field of the mapping",
        "isb, is not a field of the mapping"
    })
    void whatHasNoSingleValueIsNoKey(String key, String reason) {
        assertRefused(key, "", reason);
    }

    @ParameterizedTest
    @CsvSource({
        "isbn, '{exclude: [isbn], unlisted: publish}'",
        "isbn, '{include: [mail]}'",
        "isbn, '{include: [mail], unlisted: withhold}'",
        "author.id, '{exclude: [author], unlisted: publish}'",
        "author.id, '{include: [author], exclude: [author.id]}'"
    })
    void aFieldThatIsNotPublishedIsNoKey(String key, String fields) {
        assertRefused(key, "fields: " + fields + "\n", "is not published by the rules of fields");
    }

    @ParameterizedTest
    @CsvSource({
        "isbn, 'by: constant, value: x'",
        "mail, 'by: mask-email'",
        "printed, 'by: year'",
        "printed, 'by: month'",
        "printed, 'by: day'"
    })
    void aFieldThatIsCutOrMaskedIsNoKey(String key, String blur) {
        assertRefused(
                key,
                "fields: {blur: [{field: %s, %s}], unlisted: publish}\n".formatted(key, blur),
                "is blurred by the rules of fields");
    }

    @Test
    void onlySettingsThatChangeWhatIsPublishedBeginANewChain() throws Exception {
        Map<String, String> plain = plan("isbn", "").fingerprint();
        assertThat(plan("isbn", "title: Books\nlicense: CC0-1.0\nkeep: {last: 3}\n")
                        .fingerprint())
                .isEqualTo(plain);
        assertThat(different(plain, "fields: {exclude: [mail], unlisted: publish}\n"))
                .containsExactly("the rules of fields");
        assertThat(different(plain, "formats: [{jsonl: {compression: zstd}}]\n"))
                .containsExactly("the formats");
        assertThat(different(plain, "formats: [{jsonl: {id: _id}}]\n")).containsExactly("the formats");
        Map<String, String> queried = ChangePlan.of(ConfigFile.readText("""
                                dataset: books
                                source: {elasticsearch: "http://127.0.0.1:1", index: books, query: {term: {isbn: "1"}}}
                                destinations: [{directory: /tmp/books}]
                                changes: {key: isbn}
                                """, "books.yaml", ScheduleFile.class), FOUND)
                .fingerprint();
        assertThat(different(plain, queried)).containsExactly("the query and the routing");
    }

    @Test
    void theOrderOfRulesBeginsNoNewChain() throws Exception {
        assertThat(plan("isbn", "fields: {include: [isbn, author, mail], unlisted: withhold}\n")
                        .fingerprint())
                .isEqualTo(plan("isbn", "fields: {include: [mail, isbn, author], unlisted: withhold}\n")
                        .fingerprint());
    }

    private static List<String> different(Map<String, String> plain, String more) throws Exception {
        return different(plain, plan("isbn", more).fingerprint());
    }

    private static List<String> different(Map<String, String> one, Map<String, String> other) {
        return one.keySet().stream()
                .filter(name -> !one.get(name).equals(other.get(name)))
                .toList();
    }

    @Test
    void requestsAreWrittenOnlyForTheIdAndTheActionIndex() throws Exception {
        String bulk = "formats: [{jsonl: {id: _id}}, {bulk: {}}]\n";
        assertThat(plan("_id", bulk).bulk()).isNotNull();
        assertThat(plan("isbn", bulk).bulk()).isNull();
        assertThat(plan("_id", "formats: [{jsonl: {id: _id}}]\n").bulk()).isNull();
        assertThat(plan("_id", "formats: [{jsonl: {id: _id}}, {bulk: {action: create}}]\n")
                        .bulk())
                .isNull();
    }
}
