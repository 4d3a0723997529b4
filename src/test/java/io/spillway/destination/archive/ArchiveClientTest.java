package io.spillway.destination.archive;

import static io.spillway.destination.DestinationContract.assertRefused;
import static io.spillway.destination.DestinationContract.put;
import static io.spillway.destination.DestinationContract.read;
import static io.spillway.destination.DestinationContract.seeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.ArchiveOptions.Endpoints;
import io.spillway.destination.archive.StubArchive.Call;
import io.spillway.destination.archive.StubArchive.Reply;
import io.spillway.destination.archive.StubExchange.Trouble;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests go, with which keys, and when they time out. */
@Timeout(60)
@Tag("slow")
class ArchiveClientTest {
    private static final ObjectKey PART = ArchiveFixture.DUMP.child("part");
    private static final String PATH = "/" + ArchiveFixture.ITEM + "/part";

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

    @ParameterizedTest
    @ValueSource(ints = {307, 308})
    void anUploadFollowsARedirectWithItsBodyAndTheKeys(int status) throws Exception {
        redirect(1, status, archive.stub.node() + PATH);
        byte[] content = seeded(1, 3_000_000);

        put(archive.open(), PART, content);

        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "part")).isEqualTo(content);
        assertThat(hosts())
                .containsExactly(
                        archive.stub.url().getAuthority(), archive.stub.node().getAuthority());
    }

    @Test
    void theKeysAreNeverSentToAnotherHost() throws Exception {
        // The same server under a name that does not belong to the archive.
        redirect(1, 307, "http://localhost:" + archive.stub.port() + PATH);

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> put(archive.open(), PART, seeded(1, 10)))
                .withMessageContaining("localhost")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));

        assertThat(hosts()).containsExactly(archive.stub.url().getAuthority());
    }

    @Test
    void aDownloadDoesNotLeaveTheArchiveEither() throws Exception {
        put(archive.open(), PART, seeded(1, 10));
        archive.stub.on(
                call -> call.path().startsWith("/download/"),
                1,
                Trouble.reply(
                        Reply.of(302, "", "Location: http://localhost:" + archive.stub.port() + "/nodes" + PATH)));

        assertRefused(() -> read(archive.open(), PART));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303})
    void aRedirectThatWouldTurnAnUploadIntoAGetIsRefused(int status) throws Exception {
        redirect(1, status, archive.stub.node() + PATH);
        assertRefused(() -> put(archive.open(), PART, seeded(1, 10)));
        assertThat(hosts()).hasSize(1);
    }

    @Test
    void aRedirectLoopEnds() throws Exception {
        redirect(Integer.MAX_VALUE, 307, archive.stub.url() + PATH);

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> put(archive.open(ArchiveFixture.NONE), PART, seeded(1, 10)))
                .withMessageContaining("more than 5 redirects");
        assertThat(hosts()).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://[", "//"})
    void aRedirectWithoutATargetIsNotFollowed(String location) throws Exception {
        redirect(1, 307, location);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> put(archive.open(ArchiveFixture.NONE), PART, seeded(1, 10)));
        assertThat(hosts()).hasSize(1);
    }

    @Test
    void theHostsOfTheArchiveAreThoseOfItsDomainWithHttps() {
        for (String good : List.of(
                "https://archive.org/x", "https://s3.us.archive.org", "https://ia800.us.archive.org:443/x?y=z")) {
            assertThat(Endpoints.ARCHIVE.trusts(URI.create(good))).as(good).isTrue();
        }
        for (String bad : List.of(
                "http://archive.org/x",
                "https://archive.org.example.com",
                "https://myarchive.org",
                "https://archive.org:8443",
                "https://user@archive.org",
                "https:///x",
                "ftp://archive.org",
                "mailto:info@archive.org")) {
            assertThat(Endpoints.ARCHIVE.trusts(URI.create(bad))).as(bad).isFalse();
        }
    }

    @Test
    void keysAreNotSentInClearText() {
        ArchiveOptions good = archive.options(ArchiveFixture.PATIENCE);
        URI https = URI.create("https://archive.example");
        URI http = URI.create("http://archive.example");
        for (Endpoints bad : List.of(new Endpoints(http, https, Set.of()), new Endpoints(https, http, Set.of()))) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> InternetArchive.open(new ArchiveOptions(
                            good.item(),
                            good.collection(),
                            good.mediatype(),
                            good.metadata(),
                            good.accessKey(),
                            good.secretKey(),
                            bad,
                            good.patience(),
                            good.spool())))
                    .withMessageContaining("http://archive.example")
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
        }
    }

    @Test
    void aStalledConnectionTimesOut() throws Exception {
        archive.stub.on(Call::puts, 1, Trouble.silence());
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> put(archive.open(ArchiveFixture.NONE), PART, seeded(1, 10)))
                .withMessageContaining("no data sent or received")
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
    }

    @Test
    void aSlowUploadIsNotAStalledOne() throws Exception {
        archive.stub.on(Call::puts, 1, Trouble.slowly(2_500_000, 700));
        byte[] content = seeded(1, 20_000_000);

        put(archive.open(ArchiveFixture.NONE), PART, content);

        assertThat(archive.stub.bytes(ArchiveFixture.ITEM, "part")).isEqualTo(content);
    }

    @Test
    void aRejectionBeforeTheBodyIsReadIsNotTakenForSuccess() throws Exception {
        archive.stub.on(Call::puts, 1, Trouble.early(Reply.error(403, "AccessDenied", "no", "x")));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> put(archive.open(ArchiveFixture.NONE), PART, seeded(1, 20_000_000)));
        assertThat(archive.stub.stored()).isEmpty();
    }

    @Test
    void bodiesHaveAKnownLength() throws Exception {
        put(archive.open(), PART, seeded(1, 20_000));
        put(archive.open(), ArchiveFixture.DUMP.child("empty"), new byte[0]);
        archive.open().delete(PART);

        assertThat(archive.stub.calls())
                .filteredOn(call -> call.puts() || call.method().equals("DELETE"))
                .extracting(call -> call.method() + " " + call.header("content-length"))
                .containsExactly("PUT 20000", "PUT 0", "DELETE 0");
        assertThat(archive.stub.calls())
                .allMatch(call -> call.header("transfer-encoding").isEmpty()
                        && call.header("expect").isEmpty()
                        && call.header("upgrade").isEmpty());
    }

    @Test
    void aDeletionCascadesToDerivedFilesAndKeepsNoOldVersion() throws Exception {
        put(archive.open(), PART, seeded(1, 10));
        archive.open().delete(PART);
        assertThat(archive.stub.calls())
                .filteredOn(call -> call.method().equals("DELETE"))
                .singleElement()
                .matches(call -> call.header("x-archive-cascade-delete").equals("1"))
                .matches(call -> call.header("x-archive-keep-old-version").equals("0"));
    }

    private void redirect(int times, int status, String location) {
        archive.stub.on(Call::puts, times, Trouble.reply(Reply.of(status, "", "Location: " + location)));
    }

    /** The hosts that received uploads, in order. */
    private List<String> hosts() {
        return archive.stub.calls().stream().filter(Call::puts).map(Call::host).toList();
    }
}
