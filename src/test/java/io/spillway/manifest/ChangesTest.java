package io.spillway.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.PublishedSchemas;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes between two dumps, in the manifest and in the list of steps: members that disagree are refused. */
class ChangesTest {
    private static final String HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String SUM = "0123456789abcdef0123456789abcdef";
    private static final Changes.From FROM = new Changes.From("journals/2026-11-14T030000Z", HASH);
    private static final Changes.Counts COUNTS = new Changes.Counts(1, 2, 1, 27);
    private static final Changes.Digest DIGEST = new Changes.Digest(SUM, SUM);
    private static final Changes.File CHANGED = file("journals-2026-11-28T030000Z.changes.00001.jsonl.gz", 3);
    private static final Changes.File DELETED = new Changes.File(
            "journals-2026-11-28T030000Z.deleted.00001.jsonl.gz",
            Changes.Kind.DELETED,
            "jsonl",
            "gzip",
            10,
            20,
            1,
            HASH);

    private static Changes.File file(String name, long documents) {
        return new Changes.File(name, Changes.Kind.CHANGED, "jsonl", "gzip", 10, 20, documents, HASH);
    }

    @Test
    void theListOfStepsObeysItsSchemaAndIsReadAsItWasWritten() throws Exception {
        ChangeSteps steps = new ChangeSteps(
                "journals",
                List.of(new ChangeSteps.Step(
                        "_id",
                        FROM.dump(),
                        HASH,
                        "journals/2026-11-28T030000Z",
                        HASH,
                        COUNTS,
                        DIGEST,
                        List.of(
                                ChangeSteps.File.of("2026-11-28T030000Z", CHANGED),
                                ChangeSteps.File.of("2026-11-28T030000Z", DELETED)))),
                List.of(new ChangeSteps.Break(FROM.dump(), "first dump with changes")));
        byte[] written = steps.write();
        PublishedSchemas.assertObeys("changes", written);
        assertThat(ChangeSteps.read(new ByteArrayInputStream(written), "changes.json"))
                .isEqualTo(steps);
        assertThat(steps.steps().get(0).files().get(0).named()).isEqualTo(CHANGED);
    }

    @Test
    void aFileThatIsNotAListOfStepsIsAnIntegrityFault() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> ChangeSteps.read(
                        new ByteArrayInputStream("{\"format_version\":1}".getBytes(StandardCharsets.UTF_8)), "x"))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.INTEGRITY));
    }

    @Test
    void changesHaveEitherADumpBeforeOrAReason() {
        assertThat(Changes.newChain("_id", "first dump with changes").files()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new Changes("_id", null, null, null, null, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Changes("_id", FROM, "reason", COUNTS, DIGEST, List.of(CHANGED, DELETED)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Changes("_id", null, "reason", null, null, List.of(CHANGED)));
    }

    @Test
    void filesMustHoldAsManyDocumentsAsWereCounted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Changes("_id", FROM, null, COUNTS, DIGEST, List.of(CHANGED)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Changes("_id", FROM, null, COUNTS, DIGEST, List.of(file(CHANGED.name(), 2), DELETED)));
    }

    @Test
    void theManifestMustListEachFileOfChanges() {
        Changes changes = new Changes("_id", FROM, null, COUNTS, DIGEST, List.of(CHANGED, DELETED));
        ManifestTest.Draft draft = new ManifestTest.Draft();
        draft.between = changes;
        assertThatIllegalArgumentException().isThrownBy(draft::make);
        draft.files.add(new SideFile(CHANGED.name(), CHANGED.bytes(), HASH));
        draft.files.add(new SideFile(DELETED.name(), DELETED.bytes(), HASH));
        assertThat(draft.make().isChangeFile(DELETED.name())).isTrue();
        assertThat(draft.make().isChangeFile("README.md")).isFalse();
    }

    @Test
    void changesMustLeadToTheDocumentsOfTheDump() {
        ManifestTest.Draft draft = new ManifestTest.Draft();
        draft.between = new Changes("_id", FROM, null, new Changes.Counts(0, 0, 0, 29), DIGEST, List.of());
        assertThatIllegalArgumentException().isThrownBy(draft::make).withMessageContaining("29");
    }

    @Test
    void aManifestWithChangesIsReadAsItWasWritten() throws Exception {
        ManifestTest.Draft draft = new ManifestTest.Draft();
        draft.between = new Changes("_id", FROM, null, new Changes.Counts(0, 0, 0, 30), DIGEST, List.of());
        Manifest manifest = draft.make();
        byte[] written = ManifestJson.write(manifest);
        assertThat(ManifestJson.read(new ByteArrayInputStream(written), "manifest.json")
                        .changes())
                .isEqualTo(manifest.changes());
    }
}
