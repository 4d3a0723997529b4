package io.spillway.source.aws;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.Gateway.Received;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class AwsSignerTest {
    private static final String KEY = "AKIDEXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /** The vectors that Amazon publishes with the algorithm, by their names there: they hold the check to it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "get-vanilla, GET, /, 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "post-vanilla, POST, /, 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "get-vanilla-query-order-key-case, GET, /?Param2=value2&Param1=value1,"
                + " b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    })
    void theCheckAgreesWithThePublishedVectors(String name, String method, String target, String signature)
            throws Exception {
        Received request = new Received(
                method, target, Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z"), new byte[0]);

        assertThat(SignatureV4.of(request, List.of("host", "x-amz-date"), SECRET, "20150830", "us-east-1", "service"))
                .isEqualTo(signature);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, ''",
        "POST, /_search?allow_partial_search_results=false, '{\"size\":0}'",
        "POST, '/a,b/_search/point_in_time?keep_alive=300s&preference=_shards%3A1%7C_local', ''",
        "GET, /%3Clogs-%7Bnow%2Fd%7D%3E/_settings?flat_settings=true, ''",
        "DELETE, /prefix/_search/point_in_time, '{\"pit_id\":[\"a==\"]}'"
    })
    void aRequestIsSignedSoThatAServerAcceptsIt(String method, String target, String body) throws Exception {
        for (String service : List.of("es", "aoss")) {
            Map<String, String> headers =
                    signed(AwsBasicCredentials.create(KEY, SECRET), service, method, target, body);

            Received request = new Received(method, target, headers, body.getBytes(StandardCharsets.UTF_8));
            assertThat(SignatureV4.flaw(request, KEY, SECRET, "eu-central-1", service))
                    .isNull();
            assertThat(headers).containsKey("x-amz-content-sha256");
        }
    }

    @Test
    void aTokenOfATemporaryLoginIsSignedToo() throws Exception {
        Map<String, String> headers =
                signed(AwsSessionCredentials.create(KEY, SECRET, "the-token"), "es", "GET", "/", "");

        assertThat(headers).containsEntry("x-amz-security-token", "the-token");
        assertThat(headers.get("authorization"))
                .contains("x-amz-security-token")
                .doesNotContain(SECRET);
    }

    @Test
    void anotherBodyOrAnotherKeyIsFound() throws Exception {
        Map<String, String> headers =
                signed(AwsBasicCredentials.create(KEY, SECRET), "es", "POST", "/_search", "{\"size\":0}");

        Received changed = new Received("POST", "/_search", headers, "{\"size\":9}".getBytes(StandardCharsets.UTF_8));
        assertThat(SignatureV4.flaw(changed, KEY, SECRET, "eu-central-1", "es")).contains("does not match");
        Received same = new Received("POST", "/_search", headers, "{\"size\":0}".getBytes(StandardCharsets.UTF_8));
        assertThat(SignatureV4.flaw(same, KEY, SECRET + "x", "eu-central-1", "es"))
                .contains("does not match");
    }

    /** What a server sees: names in lower case, and the host. */
    private static Map<String, String> signed(
            AwsCredentials credentials, String service, String method, String target, String body) throws Exception {
        Clock clock = Clock.fixed(Instant.parse("2026-11-21T03:00:00Z"), ZoneOffset.UTC);
        try (AwsSigner signer =
                new AwsSigner(StaticCredentialsProvider.create(credentials), "eu-central-1", service, clock)) {
            Map<String, String> seen = new HashMap<>(Map.of("host", "search.example.org"));
            signer.sign(
                            method,
                            URI.create("https://search.example.org" + target),
                            body.getBytes(StandardCharsets.UTF_8))
                    .forEach((name, value) -> seen.put(name.toLowerCase(Locale.ROOT), value));
            return seen;
        }
    }
}
