package io.spillway.run;

import static io.spillway.support.WebServer.labelled;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.notices.AddressCheck;
import io.spillway.support.WebServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A notice names only URLs from which a client gets the published file. */
@Timeout(60)
class PublicAddressesTest {
    @TempDir
    private Path root;

    private WebServer server;

    @BeforeEach
    void serve() throws Exception {
        Files.write(root.resolve("part.gz"), new byte[300]);
        server = WebServer.serving(root);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private boolean answers(long bytes) throws Exception {
        return new PublicAddresses().answers(server.address().resolve("part.gz"), bytes);
    }

    @Test
    void aFileWithItsLengthIsNamed() throws Exception {
        assertThat(answers(300)).isTrue();
        assertThat(answers(301)).isFalse();
    }

    @Test
    void aPartThatClientsWouldDecompressIsNotNamed() throws Exception {
        server.always("part.gz", labelled("gzip"));
        assertThat(answers(300)).isFalse();
    }

    @Test
    void aPageCompressedInTransitIsNamed() throws Exception {
        server.always("part.gz", labelled("gzip"));
        assertThat(answers(AddressCheck.ANY_LENGTH)).isTrue();
    }
}
