package io.spillway.source.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.ElasticsearchOptions;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Signed;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.source.elasticsearch.ElasticsearchSource;
import io.spillway.support.Gateway;
import io.spillway.support.Gateway.Received;
import io.spillway.support.Gateway.Refusal;
import io.spillway.support.StubElasticsearch;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A cluster behind a gateway that checks signatures, as Amazon's does. */
class SignedSourceTest {
    private static final String KEY = "AKIDEXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    @Test
    void everyRequestOfAnExportIsSigned() throws Exception {
        try (StubElasticsearch cluster = StubElasticsearch.of(30, 3);
                Gateway gateway = Gateway.before(cluster.url(), SignedSourceTest::check);
                ElasticsearchSource source = open(gateway.url(), SECRET, Clock.systemUTC());
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
            assertThat(gateway.received()).hasSizeGreaterThan(6);
        }
    }

    @Test
    void aRejectedSignatureIsRefusedWithWhatMayBeWrong() throws Exception {
        try (StubElasticsearch cluster = StubElasticsearch.of(30, 3);
                Gateway gateway = Gateway.before(cluster.url(), SignedSourceTest::check);
                ElasticsearchSource source = open(gateway.url(), "another secret", Clock.systemUTC())) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(source::freeze)
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED))
                    .satisfies(
                            e -> assertThat(e.getMessage()).contains("403", "signature we calculated does not match"))
                    .satisfies(e -> assertThat(e.hint()).contains("source.aws.region", "the clock"));
        }
    }

    @Test
    void aClockThatIsWrongIsNamed() throws Exception {
        Clock slow = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
        try (StubElasticsearch cluster = StubElasticsearch.of(30, 3);
                Gateway gateway = Gateway.before(cluster.url(), SignedSourceTest::check);
                ElasticsearchSource source = open(gateway.url(), SECRET, slow)) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(source::freeze)
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED))
                    .satisfies(e -> assertThat(e.getMessage()).contains("Signature expired"))
                    .satisfies(e -> assertThat(e.hint()).contains("the clock"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "message | The security token included in the request is invalid. | the credentials of this process",
                "message | Credential should be scoped to a valid region. | source.aws.region",
                "message | Missing Authentication Token | source.aws.region",
                "Message | User: arn:aws:iam::1:user/x is not authorized to perform: es:ESHttpPost | access policy"
            })
    void aRefusalOfAmazonIsShownWithWhatToDo(String member, String reason, String advice) throws Exception {
        String body = "{\"" + member + "\":\"" + reason + "\"}";
        try (Gateway gateway = Gateway.before(URI.create("http://127.0.0.1:9"), request -> new Refusal(403, body));
                ElasticsearchSource source = open(gateway.url(), SECRET, Clock.systemUTC())) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(source::freeze)
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_REFUSED))
                    .satisfies(e -> assertThat(e.getMessage()).contains("POST /books/", "403", reason))
                    .satisfies(e -> assertThat(e.hint()).contains(advice));
        }
    }

    private static Refusal check(Received request) {
        try {
            String flaw = SignatureV4.flaw(request, KEY, SECRET, "eu-central-1", "es");
            if (flaw != null) {
                return new Refusal(
                        403, "{\"message\":\"The request signature we calculated does not match: " + flaw + "\"}");
            }
            String date = request.headers().get("x-amz-date");
            Instant signed = Instant.parse(
                    date.replaceFirst("(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z", "$1-$2-$3T$4:$5:$6Z"));
            return Duration.between(signed, Instant.now()).abs().compareTo(Duration.ofMinutes(5)) > 0
                    ? new Refusal(403, "{\"message\":\"Signature expired: " + date + " is now earlier than …\"}")
                    : null;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static ElasticsearchSource open(URI url, String secret, Clock clock) throws SpillwayException {
        AwsSigner signer = new AwsSigner(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, secret)), "eu-central-1", "es", clock);
        return ElasticsearchSource.open(new ElasticsearchOptions(
                url, new Signed(signer), new Trust(null, null), StubElasticsearch.INDEX, null, Paging.defaults()));
    }
}
