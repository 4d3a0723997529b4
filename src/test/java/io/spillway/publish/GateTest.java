package io.spillway.publish;

import static io.spillway.publish.DraftMaker.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.config.Percent;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.SchemaChanges;
import io.spillway.publish.Gate.Refusal;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
    private static final String STOP = "stop";
    private static final String WARN = "warn";

    /** A hundred documents, each with an id. */
    private final DraftMaker before = new DraftMaker().takenAt("2026-11-14T03:00:00Z");

    private final DraftMaker now = new DraftMaker();

    private static Gate gate(String shrink, String schema, Refusal... accepted) {
        return new Gate(new Gate.Rules(Percent.parse(shrink), schema.equals(STOP), Set.of(accepted)));
    }

    private List<Refusal> check(Gate gate) throws SpillwayException {
        Manifest previous = before.manifest();
        Draft draft = now.make();
        SchemaChanges changes = SchemaChanges.between(previous.source().fields(), draft.manifestFields())
                .orElse(new SchemaChanges(List.of(), List.of(), List.of()));
        return gate.check(draft, previous, changes, 0);
    }

    private SpillwayException refused(Gate gate) {
        var thrown = assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> check(gate));
        thrown.satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.GATE));
        return thrown.actual();
    }

    private void passes(Gate gate) throws SpillwayException {
        assertThat(check(gate)).isEmpty();
    }

    @Test
    void tooFewDocumentsAreRefusedWithAllKnownFacts() {
        now.documents(51).fields(field("id", "keyword", 51));
        now.document = "{\"id\":\"longer, so that bytes do not fall\"}";
        SpillwayException e = refused(gate("5%", WARN));
        assertThat(e)
                .hasMessage("journals/2026-11-21T030000Z was not published, compared with journals/2026-11-14T030000Z:"
                        + " documents fell from 100 to 51, by 49%; gate.shrink allows 5%");
        assertThat(e.hint()).contains("the previous dump stays public").endsWith("--accept-shrink");
    }

    @ParameterizedTest
    @CsvSource({"95, 5%", "100, 0%", "101, 0%", "200, 5%", "0, 100%", "50, 50.0%"})
    void aDropUpToTheLimitPasses(int documents, String limit) throws Exception {
        now.documents(documents).fields(field("id", "keyword", documents));
        passes(gate(limit, STOP));
    }

    @ParameterizedTest
    @CsvSource({"94, 5%, 6%", "99, 0%, 1%", "0, 99.9999%, 100%", "66, 33.9%, 34%"})
    void aDropOverTheLimitIsRefused(int documents, String limit, String said) {
        now.documents(documents).fields(field("id", "keyword", documents));
        assertThat(refused(gate(limit, WARN))).hasMessageContaining("by " + said + "; gate.shrink allows " + limit);
    }

    @Test
    void aDropBarelyOverTheLimitIsNotRoundedDownToIt() {
        before.documents(30_000);
        now.documents(28_499).fields(field("id", "keyword", 28_499));
        assertThat(refused(gate("5%", WARN))).hasMessageContaining("by 5.01%; gate.shrink allows 5%");
    }

    @Test
    void fewerBytesAreRefusedEvenIfNoDocumentIsMissing() {
        now.document = "{}";
        assertThat(refused(gate("5%", WARN)))
                .hasMessageContaining("bytes fell from 1100 to 300, by 72.73%")
                .hasMessageNotContaining("documents fell");
    }

    @Test
    void bytesOfOtherFormatsAreNotCompared() throws Exception {
        now.document = "{}";
        now.format = "csv";
        passes(gate("5%", WARN));
    }

    @Test
    void bytesAreComparedBeforeCompression() {
        now.document = "{}";
        now.compression = "zstd";
        assertThat(refused(gate("5%", WARN))).hasMessageContaining("bytes fell from 1100 to 300");
    }

    @Test
    void aChangeOfCompressionAloneIsNotRefused() throws Exception {
        before.bytesOnDisk = 1100L;
        now.compression = "zstd";
        now.bytesOnDisk = 7L;
        passes(gate("5%", WARN));
    }

    @Test
    void aChangeOfPartSizeAloneIsNotRefused() throws Exception {
        before.compression = "gzip";
        before.bytesOnDisk = 3_000L;
        now.compression = "gzip";
        now.bytesOnDisk = 1_093L;
        passes(gate("5%", WARN));
    }

    @Test
    void anEmptyDumpIsNotComparedWith() throws Exception {
        before.documents(0).fields(field("id", "keyword", 0));
        passes(gate("0%", STOP));
    }

    @ParameterizedTest
    @ValueSource(longs = {50, 51, 100})
    void aCommonFieldMissingFromAllDocumentsIsRefused(long had) {
        before.fields(field("id", "keyword", 100), field("title", "text", had));
        now.fields(field("id", "keyword", 100), field("title", "text", 0));
        SpillwayException e = refused(gate("100%", WARN));
        assertThat(e).hasMessageContaining("field title was in " + had + " of 100 documents and is in none");
        assertThat(e.hint()).endsWith("--accept-shrink");
    }

    @Test
    void aRareFieldMayDisappearWithItsDocuments() throws Exception {
        before.fields(field("id", "keyword", 100), field("title", "text", 49));
        now.fields(field("id", "keyword", 100), field("title", "text", 0));
        passes(gate("5%", STOP));
    }

    @Test
    void aCommonFieldInOneRemainingDocumentPasses() throws Exception {
        before.fields(field("title", "text", 100));
        now.fields(field("title", "text", 1));
        passes(gate("5%", STOP));
    }

    @Test
    void withFieldsWarnAMissingFieldPasses() throws Exception {
        now.fields();
        passes(gate("5%", WARN));
    }

    @Test
    void withFieldsStopAMissingFieldIsRefused() {
        now.fields();
        SpillwayException e = refused(gate("5%", STOP));
        assertThat(e).hasMessageContaining("field id was removed");
        assertThat(e.hint()).endsWith("--accept-schema");
    }

    @Test
    void withFieldsStopAFieldOfAnotherTypeIsRefused() {
        now.fields(field("id", "long", 100));
        assertThat(refused(gate("5%", STOP))).hasMessageContaining("field id (keyword to long) changed its type");
    }

    @Test
    void withFieldsStopANewFieldPasses() throws Exception {
        now.fields(field("id", "keyword", 100), field("title", "text", 1));
        passes(gate("5%", STOP));
    }

    @Test
    void everyReasonIsInOneMessageWithAllFlags() {
        before.fields(field("id", "keyword", 100), field("title", "text", 100));
        now.documents(10).fields(field("title", "text", 0));
        SpillwayException e = refused(gate("5%", STOP));
        assertThat(e)
                .hasMessageContainingAll("documents fell", "bytes fell", "field title was in", "field id was removed");
        assertThat(e.hint()).endsWith("--accept-shrink --accept-schema");
    }

    @Test
    void ofManyFieldsTheFirstAreNamedAndTheOthersCounted() {
        before.fields = IntStream.range(0, 25)
                .mapToObj(i -> field("f" + i, "keyword", 1))
                .toList();
        assertThat(refused(gate("5%", STOP)))
                .hasMessageContaining("field f0 was removed")
                .hasMessageEndingWith("; and 15 more");
    }

    @Test
    void theManifestRecordsWhatWasAccepted() throws Exception {
        now.documents(10).fields();
        assertThat(check(gate("5%", STOP, Refusal.SHRINK, Refusal.SCHEMA)))
                .containsExactly(Refusal.SHRINK, Refusal.SCHEMA);
    }

    @Test
    void anUnusedOverrideIsNotRecorded() throws Exception {
        assertThat(check(gate("5%", STOP, Refusal.SHRINK, Refusal.SCHEMA))).isEmpty();
    }

    @Test
    void acceptingOneReasonDoesNotAcceptAnother() {
        now.documents(10).fields();
        SpillwayException e = refused(gate("5%", STOP, Refusal.SHRINK));
        assertThat(e).hasMessageContaining("field id was removed").hasMessageNotContaining("documents fell");
        assertThat(e.hint()).endsWith("with --accept-schema");
    }

    @Test
    void theNumberOfDocumentsIsRefusedBeforeTheyAreRead() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> gate("5%", WARN).checkCount(before.manifest(), 94))
                .withMessageContaining("documents fell from 100 to 94");
    }

    @ParameterizedTest
    @CsvSource({"95, ", "94, SHRINK"})
    void aSufficientOrAcceptedNumberIsRead(long documents, Refusal accepted) throws Exception {
        gate("5%", WARN, accepted == null ? new Refusal[0] : new Refusal[] {accepted})
                .checkCount(before.manifest(), documents);
    }
}
