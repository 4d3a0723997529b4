package io.spillway.destination.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A response that is not a whole list of objects never counts as a bucket without them. */
@Timeout(60)
class S3OddListingTest {
    private static final String OBJECT =
            "<Contents><Key>public/journals/a</Key><Size>1</Size><ETag>0123456789abcdef0123456789abcdef</ETag></Contents>";

    private HttpServer store;
    private volatile String answer = "";
    private volatile String query = "";

    @BeforeEach
    void start() throws Exception {
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", exchange -> {
            query = exchange.getRequestURI().getQuery();
            byte[] body = answer.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/xml");
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        store.start();
    }

    @AfterEach
    void stop() {
        store.stop(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html><body>Please log in.</body></html>",
                "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
                "<ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated>" + OBJECT + "</ListBucketResult>",
                "<ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated>" + OBJECT
                        + "<NextContinuationToken>t</NextContinuationToken></ListBucketResult>"
            })
    void aResponseThatIsNoWholeListIsUnavailable(String body) throws Exception {
        answer = body;
        try (S3Bucket bucket = bucket()) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(() -> bucket.list("journals/"))
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.DESTINATION_UNAVAILABLE))
                    .withMessageContaining("could not list");
        }
    }

    @Test
    void anEtagWithoutQuotesIsRead() throws Exception {
        answer = "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>" + OBJECT + "</ListBucketResult>";
        try (S3Bucket bucket = bucket()) {
            assertThat(bucket.list("journals/"))
                    .containsExactly(
                            new StoredObject(new ObjectKey("journals/a"), 1, null, "0123456789abcdef0123456789abcdef"));
        }
    }

    @Test
    void objectsOutsideOfThePrefixAreNotListed() throws Exception {
        answer = "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><Contents><Key>p</Key></Contents>"
                + "<Contents><Key>other/journals/a</Key></Contents>" + OBJECT + "</ListBucketResult>";
        try (S3Bucket bucket = bucket()) {
            assertThat(bucket.list("journals/"))
                    .extracting(each -> each.key().value())
                    .containsExactly("journals/a");
        }
    }

    @Test
    void foreignKeysThatXmlCannotContainHideNoOthers() throws Exception {
        answer = "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
                + "<Contents><Key>public/journals/%01%20%C3%A9%25</Key><Size>2</Size></Contents>" + OBJECT
                + "</ListBucketResult>";
        try (S3Bucket bucket = bucket()) {
            assertThat(bucket.list("journals/"))
                    .extracting(each -> each.key().value())
                    .containsExactly("journals/a");
            assertThat(bucket.namesBelow("journals/")).containsExactly("\u0001 \u00e9%", "a");
        }
        assertThat(query).contains("encoding-type=url");
    }

    private S3Bucket bucket() throws SpillwayException {
        URI endpoint = URI.create("http://127.0.0.1:" + store.getAddress().getPort());
        return S3Bucket.open(S3Server.options(endpoint, S3Options.Dialect.AMAZON));
    }
}
