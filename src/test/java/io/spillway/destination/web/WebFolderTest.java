package io.spillway.destination.web;

import static io.spillway.support.WebServer.announcing;
import static io.spillway.support.WebServer.cutAfter;
import static io.spillway.support.WebServer.redirect;
import static io.spillway.support.WebServer.stallAfter;
import static io.spillway.support.WebServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.spillway.destination.FolderNames;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WebFolderTest {
    static final WebPatience LITTLE = new WebPatience(
            Duration.ofSeconds(5), Duration.ofSeconds(1), 4, 10, Duration.ofMillis(1), Duration.ofMillis(4));

    private static final ObjectKey KEY = new ObjectKey("file.gz");
    private static final String PATH = "journals/file.gz";

    @TempDir
    private Path root;

    private byte[] content;
    private WebServer server;
    private WebFolder folder;

    @BeforeEach
    void serve() throws Exception {
        content = new byte[300_000];
        new Random(1).nextBytes(content);
        Files.createDirectory(root.resolve("journals"));
        Files.write(root.resolve(PATH), content);
        server = WebServer.serving(root);
        folder = WebFolder.open(server.address().resolve("journals"), LITTLE);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private byte[] read() throws IOException, SpillwayException {
        try (InputStream in = folder.open(KEY)) {
            return in.readAllBytes();
        }
    }

    @Test
    void aFileIsReadUnchanged() throws Exception {
        assertThat(read()).isEqualTo(content);
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.header("Accept-encoding")).isEqualTo("identity");
            assertThat(request.headers()).doesNotContainKeys("Authorization", "Cookie", "Range");
        });
    }

    @Test
    void aFileIsFoundWithItsLength() throws Exception {
        assertThat(folder.find(KEY))
                .hasValueSatisfying(found -> assertThat(found.bytes()).isEqualTo(content.length));
        assertThat(folder.find(new ObjectKey("other"))).isEmpty();
    }

    @Test
    void aBrokenDownloadResumesWhereItStopped() throws Exception {
        server.then(PATH, cutAfter(100_000), cutAfter(50_000), cutAfter(1));
        assertThat(read()).isEqualTo(content);
        List<WebServer.Request> gets = server.gets(PATH);
        assertThat(gets).hasSize(4);
        // Data in the buffers of a closed connection may be lost, so not a byte more than was sent is skipped.
        assertThat(start(gets.get(1))).isBetween(1L, 100_000L);
        assertThat(start(gets.get(2))).isBetween(start(gets.get(1)), 150_000L);
        assertThat(start(gets.get(3))).isBetween(start(gets.get(2)), 150_001L);
        assertThat(gets.get(3).header("If-range")).startsWith("\"");
    }

    private static long start(WebServer.Request request) {
        String range = request.header("Range");
        return Long.parseLong(range.substring("bytes=".length(), range.length() - 1));
    }

    @Test
    void aServerWithoutRangesSendsEverythingAgainAndNoByteCountsTwice() throws Exception {
        server.withoutRanges().then(PATH, cutAfter(200_000));
        assertThat(read()).isEqualTo(content);
        assertThat(server.gets(PATH)).hasSize(2);
    }

    @Test
    void aStalledDownloadResumes() throws Exception {
        server.then(PATH, stallAfter(100_000));
        assertThat(read()).isEqualTo(content);
        assertThat(server.gets(PATH)).hasSize(2);
    }

    @Test
    void aTransientErrorIsRetried() throws Exception {
        server.then(PATH, status(503), status(429), cutAfter(1_000), status(500));
        assertThat(read()).isEqualTo(content);
    }

    @Test
    void attemptsWithoutProgressEnd() throws Exception {
        server.then(PATH, cutAfter(1_000), cutAfter(0), cutAfter(0), cutAfter(0), cutAfter(0), cutAfter(0));
        assertThatIOException()
                .isThrownBy(this::read)
                .withMessageContaining("file.gz")
                .withMessageContaining("of 300000");
        assertThat(server.gets(PATH)).hasSize(4);
    }

    @Test
    void aDownloadThatAlwaysBreaksEnds() throws Exception {
        for (int i = 0; i < 50; i++) {
            server.then(PATH, cutAfter(5_000));
        }
        assertThatIOException().isThrownBy(this::read).withMessageContaining("failed ");
        assertThat(server.gets(PATH)).hasSize(11);
    }

    @Test
    void aFileReplacedDuringADownloadIsNotJoined() throws Exception {
        server.then(PATH, (exchange, self) -> {
            cutAfter(100_000).to(exchange, self);
            content[250_000] ^= 1;
            Files.write(root.resolve(PATH), content);
        });
        assertThatIOException().isThrownBy(this::read).withMessageContaining("was replaced while it was being read");
    }

    @Test
    void aFileShorterThanAnnouncedIsNotTheEnd() throws Exception {
        server.then(PATH, announcing(7));
        assertThatIOException().isThrownBy(this::read).withMessageContaining("300000 of 300007 bytes");
    }

    @Test
    void aRedirectIsFollowed() throws Exception {
        Files.write(root.resolve("elsewhere"), content);
        server.then(PATH, redirect("/elsewhere"));
        assertThat(read()).isEqualTo(content);
    }

    @Test
    void aRedirectWithoutATargetIsRefused() {
        server.then(PATH, redirect("ftp://127.0.0.1/file"));
        assertFails(this::read, Fault.DESTINATION_UNAVAILABLE, Fault.DESTINATION_REFUSED);
    }

    @Test
    void aMissingFileIsRefused() {
        assertFails(() -> folder.open(new ObjectKey("other")), Fault.DESTINATION_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 451})
    void aForbiddenFileIsRefusedWithItsStatusAndRequestedOnce(int status) {
        server.then(PATH, status(status), status(status));
        assertThat(assertFails(this::read, Fault.DESTINATION_REFUSED)).hasMessageContaining("status " + status);
        assertThat(server.gets(PATH)).hasSize(1);
    }

    @Test
    void aServerThatStaysDownIsUnavailable() throws Exception {
        int port;
        try (ServerSocket nobody = new ServerSocket(0)) {
            port = nobody.getLocalPort();
        }
        WebFolder away = WebFolder.open(URI.create("http://127.0.0.1:" + port + "/"), LITTLE);
        assertThat(assertFails(() -> away.open(KEY), Fault.DESTINATION_UNAVAILABLE))
                .hasMessageContaining("connection failed");
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailable() {
        server.then(PATH, stall(), stall(), stall(), stall());
        assertThat(assertFails(this::read, Fault.DESTINATION_UNAVAILABLE)).hasMessageContaining("request timed out");
    }

    /** Nothing is sent, not even a status. */
    private static WebServer.Answer stall() {
        return (exchange, self) -> self.untilClosed();
    }

    @Test
    void anInterruptEndsACall() {
        Thread.currentThread().interrupt();
        assertFails(this::read, Fault.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://reader:hunter2@127.0.0.1/",
                "http://127.0.0.1/?token=hunter2",
                "http://127.0.0.1/#hunter2",
                "file:///hunter2",
                "ftp://127.0.0.1/hunter2",
                "hunter2"
            })
    void anInvalidUrlIsRefusedWithoutPrintingPossibleSecrets(String address) {
        SpillwayException e = assertFails(() -> WebFolder.open(URI.create(address), LITTLE), Fault.CONFIG);
        assertThat(e.getMessage() + e.hint()).doesNotContain("hunter2");
    }

    @Test
    void nothingIsListedOrWritten() throws Exception {
        assertThat(folder.capability(FolderNames.class)).isEmpty();
        assertFails(() -> folder.list(""), Fault.DESTINATION_REFUSED);
        assertFails(() -> folder.begin(KEY), Fault.DESTINATION_REFUSED);
        assertFails(() -> folder.delete(KEY), Fault.DESTINATION_REFUSED);
        assertFails(() -> folder.store(root.resolve(PATH), KEY), Fault.DESTINATION_REFUSED);
        assertFails(() -> folder.place(root, KEY, "manifest.json"), Fault.DESTINATION_REFUSED);
        assertThat(server.requests()).isEmpty();
    }

    private static SpillwayException assertFails(ThrowingCallable call, Fault... faults) {
        var thrown = assertThatExceptionOfType(SpillwayException.class).isThrownBy(call);
        thrown.satisfies(e -> assertThat(e.fault()).isIn((Object[]) faults));
        return thrown.actual();
    }
}
