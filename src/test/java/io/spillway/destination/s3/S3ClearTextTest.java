package io.spillway.destination.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Options.Dialect;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** To whom the requests of a bucket, which are signed, and its files may be shown. */
@Timeout(60)
@Tag("slow")
class S3ClearTextTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "http://s3.example.org,true",
        "http://10.1.2.3:9000,true",
        "https://s3.example.org,false",
        "http://127.0.0.1:9000,false",
        "http://[::1]:9000,false",
        "http://localhost:9000,false"
    })
    @ResourceLock(Resources.SYSTEM_ERR)
    void plainHttpToAnotherHostGivesAWarningThatNamesIt(String endpoint, boolean warned) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            S3Connection.open(S3Server.options(URI.create(endpoint), Dialect.AMAZON))
                    .close();
        } finally {
            System.setErr(before);
        }
        String log = written.toString(StandardCharsets.UTF_8);
        assertThat(log.contains("can be read on the way to " + endpoint))
                .as(log)
                .isEqualTo(warned);
        assertThat(log).doesNotContain(S3Server.SECRET_KEY);
    }

    /** A store that sends a client elsewhere must not get its signed requests, or its files, there. */
    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsNotFollowed(int status) throws Exception {
        AtomicInteger elsewhere = new AtomicInteger();
        HttpServer other = server();
        other.createContext("/", exchange -> {
            elsewhere.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        HttpServer store = server();
        store.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders()
                    .set(
                            "Location",
                            "" + address(other) + exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        other.start();
        store.start();
        try (S3Bucket bucket = S3Bucket.open(S3Server.options(address(store), Dialect.AMAZON))) {
            Path file = Files.writeString(folder.resolve("file"), "content");

            assertThat(catchThrowable(() -> bucket.store(file, new ObjectKey("journals/file"))))
                    .isNotNull();
            assertThat(catchThrowable(() -> bucket.find(new ObjectKey("journals/file"))))
                    .isNotNull();
        } finally {
            store.stop(0);
            other.stop(0);
        }
        assertThat(elsewhere).hasValue(0);
    }

    private static HttpServer server() throws Exception {
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }
}
