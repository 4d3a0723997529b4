package io.spillway.destination.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Patience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;

@Tag("slow")
class BriefRetriesTest {
    private static final int USUAL_ATTEMPTS = 8;

    private final AtomicLong now = new AtomicLong();
    private final BriefRetries retries = new BriefRetries(
            StandardRetryStrategy.builder()
                    .maxAttempts(USUAL_ATTEMPTS)
                    .retryOnException(e -> true)
                    .circuitBreakerEnabled(false)
                    .build(),
            now::get);

    private RetryToken begin() {
        return retries.acquireInitialToken(AcquireInitialTokenRequest.create("test"))
                .token();
    }

    /** The number of attempts for a request that fails in this way each time. */
    private int attempts(Exception failure) {
        RetryToken token = begin();
        for (int attempt = 1; ; attempt++) {
            try {
                token = retries.refreshRetryToken(RefreshRetryTokenRequest.builder()
                                .token(token)
                                .failure(SdkClientException.create("wrapped", failure))
                                .build())
                        .token();
            } catch (TokenAcquisitionFailedException e) {
                return attempt;
            }
        }
    }

    @Test
    void aRefusedConnectionIsTriedThreeTimes() {
        assertThat(attempts(new ConnectException("Connection refused"))).isEqualTo(BriefRetries.ATTEMPTS);
    }

    @Test
    void anUnknownHostIsTriedThreeTimes() {
        assertThat(attempts(new UnknownHostException("store.test"))).isEqualTo(BriefRetries.ATTEMPTS);
    }

    @Test
    void anUntrustedCertificateIsTriedThreeTimes() {
        assertThat(attempts(new SSLHandshakeException("unable to find a valid path")))
                .isEqualTo(BriefRetries.ATTEMPTS);
    }

    @Test
    void aBrokenConnectionIsRetriedAsOftenAsUsual() {
        assertThat(attempts(new SocketException("Connection reset"))).isEqualTo(USUAL_ATTEMPTS);
        assertThat(attempts(new SSLException("broken", new SocketException("Connection reset"))))
                .isEqualTo(USUAL_ATTEMPTS);
        assertThat(attempts(new IOException("unexpected end of stream"))).isEqualTo(USUAL_ATTEMPTS);
    }

    @Test
    void afterARefusedConnectionTheNextRequestIsTriedOnceUntilSomeTimeHasPassed() {
        var refused = new ConnectException("Connection refused");
        int unused = attempts(refused);

        assertThat(attempts(refused)).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(attempts(refused)).isEqualTo(BriefRetries.ATTEMPTS);
    }

    @Test
    void anAnswerResetsTheMemoryOfARefusedConnection() {
        var refused = new ConnectException("Connection refused");
        int unused = attempts(refused);
        var ended = retries.recordSuccess(RecordSuccessRequest.create(begin()));

        assertThat(ended).isNotNull();
        assertThat(attempts(refused)).isEqualTo(BriefRetries.ATTEMPTS);
    }

    @Test
    @Timeout(15)
    void tenRequestsToAClosedPortFailWithinSecondsWithTheDefaultRetries() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        requireBrief(URI.create("http://127.0.0.1:" + port), "connection failed");
    }

    @Test
    @Timeout(15)
    void tenRequestsToAnUnknownHostFailWithinSecondsWithTheDefaultRetries() throws Exception {
        requireBrief(URI.create("http://store.invalid:9000"), "unknown host");
    }

    @Test
    @Timeout(15)
    void tenSecureRequestsToAPlainServerFailWithinSecondsWithTheDefaultRetries() throws Exception {
        try (S3Server plain = S3Server.inMemory()) {
            requireBrief(URI.create(plain.endpoint().toString().replace("http:", "https:")), "TLS connection failed");
        }
    }

    private static void requireBrief(URI endpoint, String words) throws SpillwayException {
        S3Options usual = S3Server.options(endpoint, Dialect.AMAZON);
        var address = new Address(S3Server.BUCKET, "", null, endpoint, true, null);
        try (S3Bucket bucket = S3Bucket.open(new S3Options(
                address, usual.credentials(), usual.dialect(), usual.keeping(), usual.sending(), Patience.DEFAULT))) {
            for (int i = 0; i < 10; i++) {
                assertThatExceptionOfType(SpillwayException.class)
                        .isThrownBy(() -> bucket.list(""))
                        .withMessageContaining(words)
                        .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE));
            }
        }
    }
}
