package io.spillway.destination.web;

import static io.spillway.support.WebServer.redirect;
import static io.spillway.support.WebServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.PublicFiles.Look;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.support.WebServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server reveals about a file to a client that does not fetch it. */
@Timeout(60)
class WebFilesTest {
    @TempDir
    private Path root;

    private final WebFiles files = new WebFiles(WebFolderTest.LITTLE);
    private WebServer server;
    private URI file;

    @BeforeEach
    void serve() throws Exception {
        Files.write(root.resolve("file.gz"), new byte[300_000]);
        server = WebServer.serving(root);
        file = server.address().resolve("file.gz");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Look look() throws SpillwayException {
        return files.look(file).orElseThrow();
    }

    @Test
    void theLengthIsKnownWithoutTheFile() throws Exception {
        assertThat(look().bytes()).isEqualTo(300_000);
        assertThat(server.requests())
                .singleElement()
                .extracting(WebServer.Request::method)
                .isEqualTo("HEAD");
    }

    @Test
    void withoutHeadTheFirstByteRevealsTheLength() throws Exception {
        server.withoutHead();
        assertThat(look().bytes()).isEqualTo(300_000);
    }

    @Test
    void withoutRangesTheAnnouncedLengthIsUsed() throws Exception {
        server.withoutHead().withoutRanges();
        assertThat(look().bytes()).isEqualTo(300_000);
    }

    @Test
    void anEmptyFileHasNoFirstByteAndALength() throws Exception {
        Files.write(root.resolve("file.gz"), new byte[0]);
        server.withoutHead();
        assertThat(look().bytes()).isZero();
    }

    @Test
    void aServerThatStatesNoLengthIsAccepted() throws Exception {
        server.always("file.gz", (exchange, self) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(1);
        });
        assertThat(look().bytes()).isEqualTo(-1);
    }

    @Test
    void theUrlOfAFileIsTheTargetOfTheRedirect() throws Exception {
        server.always("moved.gz", redirect("/file.gz"));
        Look look = files.look(server.address().resolve("moved.gz")).orElseThrow();
        assertThat(look.address()).isEqualTo(file);
        assertThat(look.bytes()).isEqualTo(300_000);
    }

    @Test
    void theServersClockIsReported() throws Exception {
        assertThat(Duration.between(look().date(), Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void aMissingFileIsDistinguishedFromAForbiddenOne() throws Exception {
        assertThat(files.look(server.address().resolve("other"))).isEmpty();
        server.always("file.gz", status(403));
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(this::look)
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_REFUSED));
    }
}
