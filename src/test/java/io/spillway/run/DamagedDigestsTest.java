package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.files.Folders;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digests that do not fit are made again, or a new chain begins; changes are never wrong. */
class DamagedDigestsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NOTE = ".spillway.changes.json";
    private static final String RECORDS = ".spillway.changes.digests";
    private static final long SEED = Long.getLong("spillway.seed", 23);
    /** How many bits of the two files are flipped, one after the other; a thousand take minutes. */
    private static final int FLIPS = Integer.getInteger("spillway.changes.flips", 24);

    @TempDir
    private Path folder;

    private ChangesWorld world = new ChangesWorld(Path.of("."));
    private Manifest last;
    private int version;

    @BeforeEach
    void publish() throws Exception {
        world = new ChangesWorld(Files.createDirectories(folder.resolve("home")));
        world.put("a", 0, "").put("b", 0, "").put("c", 0, "");
        last = world.export().manifest();
        edit();
        last = world.export().manifest();
    }

    /** One document is new, one is gone, one differs, two remain. */
    private void edit() {
        world.documents.remove("new" + version);
        version++;
        world.put("new" + version, 1, "").put("b", version, "");
    }

    /** Exports again. The changes are right, or there are none; old dumps go, so that many exports are fast. */
    private Changes next(String what) throws Exception {
        Manifest before = last;
        edit();
        last = world.export().manifest();
        Changes changes = last.changes();
        if (changes.from() != null) {
            assertThat(changes.from().dump()).as(what).isEqualTo(before.dump());
            assertThat(changes.counts()).as(what).isEqualTo(new Changes.Counts(1, 1, 1, 2));
            assertThat(world.lines(last, Changes.Kind.CHANGED))
                    .as(what)
                    .containsExactlyInAnyOrder(
                            "{\"id\":\"b\",\"n\":" + version + "}", "{\"id\":\"new" + version + "\",\"n\":1}");
            assertThat(world.lines(last, Changes.Kind.DELETED))
                    .as(what)
                    .containsExactly("{\"key\":\"new" + (version - 1) + "\"}");
        } else {
            assertThat(changes.files()).as(what).isEmpty();
        }
        Folders.remove(world.root.resolve(before.dump()));
        return changes;
    }

    private void flip(Path file, int at, int bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at % bytes.length] ^= (byte) bit;
        Files.write(file, bytes);
    }

    @Test
    void anyFlippedBitLeavesTheChangesRightOrBeginsANewChain() throws Exception {
        Random random = new Random(SEED);
        int proved = 0;
        for (int i = 0; i < FLIPS; i++) {
            boolean records = i % 2 == 0;
            Path file = world.hidden(records ? RECORDS : NOTE);
            int at = random.nextInt((int) Files.size(file));
            int bit = 1 << random.nextInt(8);
            flip(file, at, bit);
            Changes changes = next("bit %d of byte %d of %s".formatted(bit, at, file.getFileName()));
            if (records) {
                assertThat(changes.newChain()).isNull();
            }
            proved += changes.from() == null ? 0 : 1;
        }
        assertThat(proved).isGreaterThan(FLIPS / 2);
    }

    @Test
    void truncatedRecordsAreMadeAgain() throws Exception {
        for (int cut : new int[] {1, 8, 43, 44, 60}) {
            Path file = world.hidden(RECORDS);
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - cut));
            assertThat(next("without the last " + cut + " bytes").newChain()).isNull();
        }
        Files.write(world.hidden(RECORDS), new byte[0]);
        assertThat(next("no records").newChain()).isNull();
    }

    @Test
    void aNoteThatIsCutOffOrOfAnotherVersionIsNotUsed() throws Exception {
        for (int length : new int[] {0, 1, 50, 200}) {
            Path note = world.hidden(NOTE);
            Files.write(note, Arrays.copyOf(Files.readAllBytes(note), length));
            assertThat(next("the first " + length + " bytes of the note").newChain())
                    .isNull();
        }
        for (int other : new int[] {0, 2, -1}) {
            edited(note -> note.put("version", other));
            assertThat(next("version " + other).newChain()).isNull();
        }
    }

    private interface Edit {
        void of(ObjectNode note);
    }

    private void edited(Edit edit) throws IOException {
        Path file = world.hidden(NOTE);
        ObjectNode note = (ObjectNode) JSON.readTree(file.toFile());
        edit.of(note);
        Files.writeString(file, note.toString());
    }

    @Test
    void digestsOfAnotherDatasetAnotherDumpOrAnotherKeyAreNotUsed() throws Exception {
        ChangesWorld other = new ChangesWorld(Files.createDirectories(folder.resolve("other")));
        other.put("x", 1, "").put("y", 1, "");
        other.export();
        for (String foreign : List.of("dataset", "dump", "key", "manifest")) {
            Path note = world.hidden(NOTE);
            Files.copy(other.hidden(RECORDS), world.hidden(RECORDS), StandardCopyOption.REPLACE_EXISTING);
            ObjectNode own = (ObjectNode) JSON.readTree(note.toFile());
            ObjectNode theirs = (ObjectNode) JSON.readTree(other.hidden(NOTE).toFile());
            theirs.put("file", own.get("file").textValue());
            switch (foreign) {
                case "dataset" ->
                    theirs.put("dump", theirs.get("dump").textValue().replace("journals", "books"));
                case "key" ->
                    theirs.put("key", "n")
                            .put("dump", own.get("dump").textValue())
                            .put("manifest_sha256", own.get("manifest_sha256").textValue());
                case "manifest" -> theirs.put("dump", own.get("dump").textValue());
                default -> assertThat(theirs.get("dump")).isNotEqualTo(own.get("dump"));
            }
            Files.writeString(note, theirs.toString());
            assertThat(next("digests of another " + foreign).newChain()).isNull();
        }
    }

    @Test
    void aNoteThatNamesAFileElsewhereIsNotUsed() throws Exception {
        for (String name : List.of("../other", "/etc/passwd", RECORDS + "/../../x", RECORDS + "\u0000", RECORDS)) {
            edited(note -> note.put("file", name));
            assertThat(next("records in " + name).newChain()).isNull();
        }
    }

    @Test
    void anotherKeyBeginsANewChainAndKeepsItsOwnDigests() throws Exception {
        world.put("a", 10, "").put("b", 11, "").put("c", 12, "");
        world.key = "n";
        assertThat(world.changes().newChain()).contains("key");
        world.key = "id";
        assertThat(world.changes().newChain()).contains("key");
        assertThat(world.changes().counts()).isEqualTo(new Changes.Counts(0, 0, 0, world.documents.size()));
    }
}
