package io.spillway.destination.archive;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.bytes;
import static io.spillway.destination.DestinationContract.dump;
import static io.spillway.destination.DestinationContract.keys;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.spillway.destination.Destination;
import io.spillway.destination.DestinationContract;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Upload;
import io.spillway.destination.archive.StubExchange.Trouble;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class InternetArchiveTest implements DestinationContract {
    @TempDir
    private Path temporary;

    private ArchiveFixture archive;

    @BeforeEach
    void start() {
        archive = new ArchiveFixture(temporary);
    }

    @AfterEach
    void stop() {
        archive.close();
    }

    @Override
    public Destination create() throws SpillwayException {
        return archive.open();
    }

    /** An archive keeps the files of dumps and nothing else. */
    @Override
    public String root() {
        return ArchiveFixture.DUMP + "/";
    }

    @Test
    void aCommitReturnsOnceTheRecordShowsTheFile() throws Exception {
        InternetArchive destination = archive.open();
        archive.stub.showAfter(5);
        ObjectKey key = key("part");

        put(destination, key, bytes("1"));

        assertThat(archive.time.pauses()).hasSizeGreaterThan(2);
        assertThat(destination.find(key)).isPresent();
    }

    @Test
    void aDeletedFileIsGoneWhenTheCallReturns() throws Exception {
        InternetArchive destination = archive.open();
        put(destination, key("part"), bytes("1"));
        archive.stub.showAfter(5);

        destination.delete(key("part"));

        assertThat(destination.find(key("part"))).isEmpty();
        assertThat(archive.stub.stored())
                .containsExactly(ArchiveFixture.ITEM + "/part", "-" + ArchiveFixture.ITEM + "/part");
    }

    @Test
    void aFileOutsideADumpIsNotKept(@TempDir Path folder) throws Exception {
        InternetArchive destination = archive.open();
        Path file = Files.writeString(folder.resolve("links.json"), "{}");
        dump(folder, 1);

        for (String key : new String[] {"links.json", "journals/latest.json", "journals/2026-11-21T030000Z"}) {
            assertRefused(() -> destination.begin(new ObjectKey(key)));
            assertRefused(() -> destination.store(file, new ObjectKey(key)));
            assertRefused(() -> destination.open(new ObjectKey(key)));
            assertThat(destination.find(new ObjectKey(key))).isEmpty();
            destination.delete(new ObjectKey(key));
        }
        assertRefused(() -> destination.place(folder, new ObjectKey("journals"), "manifest.json"));
        assertRefused(() -> destination.place(folder, key("deeper"), "manifest.json"));
        assertThat(archive.stub.calls()).isEmpty();
    }

    @Test
    void aListingMustNameADump() throws Exception {
        InternetArchive destination = archive.open();
        for (String prefix : new String[] {"", "journals", "journals/", "journals/2026-11-21"}) {
            assertRefused(() -> destination.list(prefix));
        }
        assertThat(destination.list(ArchiveFixture.DUMP.value())).isEmpty();
    }

    @Test
    void theArchivesOwnFilesAreNotListed() throws Exception {
        InternetArchive destination = archive.open();
        put(destination, key("part"), bytes("1"));
        archive.stub
                .item(ArchiveFixture.ITEM)
                .add("history/files/part.~1~", new StubItem.File(bytes("0"), "0".repeat(32), "0".repeat(40), 0));

        assertThat(keys(destination.list(root()))).containsExactly(root() + "part");
    }

    @Test
    void anItemOfAnotherOwnerIsNeitherReadNorWritten(@TempDir Path folder) throws Exception {
        InternetArchive destination = archive.open();
        dump(folder, 1);
        archive.stub.item(ArchiveFixture.ITEM);

        assertRefused(() -> destination.place(folder, ArchiveFixture.DUMP, "manifest.json"));
        assertRefused(() -> destination.store(folder.resolve("manifest.json"), key("manifest.json")));
        assertRefused(() -> destination.find(key("manifest.json")));
        assertRefused(() -> destination.list(root()));
        assertRefused(() -> destination.delete(key("manifest.json")));
        assertThat(archive.stub.calls()).allMatch(call -> call.readsRecord());
    }

    @Test
    void theSecondDumpOfADayIsRefusedIfItemsAreNamedByTheDay(@TempDir Path folder) throws Exception {
        InternetArchive destination = archive.open();
        dump(folder, 1);
        destination.place(folder, ArchiveFixture.DUMP, "manifest.json");

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(
                        () -> destination.place(folder, new ObjectKey("journals/2026-11-21T040000Z"), "manifest.json"))
                .withMessageContaining("contains journals/2026-11-21T030000Z")
                .satisfies(e -> assertThat(e.hint()).contains("{stamp}"));
    }

    @Test
    void aDarkItemIsRefused(@TempDir Path folder) throws Exception {
        InternetArchive destination = archive.open();
        dump(folder, 1);
        archive.stub.item(ArchiveFixture.ITEM).dark = true;

        assertRefused(() -> destination.place(folder, ArchiveFixture.DUMP, "manifest.json"));
        assertThat(archive.stub.stored()).isEmpty();
    }

    @Test
    void aFileIsFetchedFromTheTargetOfTheArchivesRedirect() throws Exception {
        InternetArchive destination = archive.open();
        byte[] content = seeded(1, 300_000);
        put(destination, key("part"), content);

        assertThat(read(destination, key("part"))).isEqualTo(content);
        assertThat(archive.stub.calls())
                .filteredOn(call -> call.path().startsWith("/nodes/"))
                .singleElement()
                .matches(call -> call.header("authorization").isEmpty());
    }

    @Test
    void aBrokenDownloadIsNotTheEndOfTheFile() throws Exception {
        InternetArchive destination = archive.open();
        put(destination, key("part"), seeded(1, 300_000));
        archive.stub.on(call -> call.path().startsWith("/nodes/"), 1, Trouble.cutAnswer());

        try (InputStream in = destination.open(key("part"))) {
            assertThatIOException().isThrownBy(in::readAllBytes);
        }
    }

    @Test
    void aStalledDownloadFails() throws Exception {
        InternetArchive destination = archive.open();
        put(destination, key("part"), seeded(1, 300_000));
        archive.stub.on(call -> call.path().startsWith("/nodes/"), 1, Trouble.stallAnswer());

        try (InputStream in = destination.open(key("part"))) {
            assertThatIOException().isThrownBy(in::readAllBytes).withMessageContaining("no data");
        }
    }

    @Test
    void aDownloadCanBeClosedBeforeItsEnd() throws Exception {
        InternetArchive destination = archive.open();
        put(destination, key("part"), seeded(1, 3_000_000));

        InputStream in = destination.open(key("part"));
        in.readNBytes(10);
        in.close();

        assertThatIOException().isThrownBy(in::read);
        assertThat(destination.find(key("part"))).isPresent();
    }

    @Test
    void theSpoolIsEmptyAfterACommitAndAfterAFailedCommit() throws Exception {
        InternetArchive destination = archive.open();
        put(destination, key("part"), bytes("1"));
        try (Upload upload = destination.begin(key("part"))) {
            upload.body().write(bytes("another"));
            assertRefused(upload::commit);
        }
        destination.begin(key("abandoned")).close();

        assertThat(archive.spool()).isEmptyDirectory();
    }

    @Test
    void thePublicUrlIsThePermanentOne() throws Exception {
        InternetArchive destination = archive.open();
        assertThat(destination.publicAddress(key("part")))
                .contains(URI.create(archive.stub.url() + "/download/" + ArchiveFixture.ITEM + "/part"));
        assertThat(destination.publicAddress(new ObjectKey("links.json"))).isEmpty();
        assertThat(destination.name()).isEqualTo("ia://example-journals-{date}");
    }

    @Test
    void theArchiveCreatesATorrentForEachItem() throws Exception {
        InternetArchive destination = archive.open();
        assertThat(destination.torrentAddress(ArchiveFixture.DUMP))
                .contains(URI.create(
                        "%s/download/%2$s/%2$s_archive.torrent".formatted(archive.stub.url(), ArchiveFixture.ITEM)));
        assertThat(destination.torrentAddress(new ObjectKey("links.json"))).isEmpty();
    }

    @Test
    void anInterruptedThreadStopsWaiting() throws Exception {
        InternetArchive destination = archive.open();
        archive.stub.showAfter(1_000_000);
        archive.time.whileSleeping(() -> Thread.currentThread().interrupt());
        try {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> put(destination, key("part"), bytes("1")))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CANCELLED));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            // Clears the interrupt for the next test.
            Thread.interrupted();
        }
    }
}
