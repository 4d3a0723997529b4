package io.spillway.source.aws;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.RequestSigner;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Signature Version 4 for Amazon OpenSearch Service and OpenSearch Serverless, by the SDK's own signer, with credentials from
 * the SDK's default chain: environment, profiles, web identity, container, instance. Thread-safe.
 */
public final class AwsSigner implements RequestSigner {
    private static final Set<String> BESIDE = Set.of("host", "content-length");

    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final AwsCredentialsProvider credentials;
    private final String region;
    private final String service;
    private final Clock clock;

    AwsSigner(AwsCredentialsProvider credentials, String region, String service, Clock clock) {
        this.credentials = credentials;
        this.region = region;
        this.service = service;
        this.clock = clock;
    }

    /**
     * A signer with the default chain of credentials.
     *
     * @param service {@code es} for a domain, {@code aoss} for a serverless collection
     * @throws SpillwayException with {@link Fault#CONFIG} if the chain has no credentials
     */
    public static AwsSigner open(String region, String service) throws SpillwayException {
        DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
        try {
            chain.resolveCredentials();
        } catch (SdkException e) {
            chain.close();
            throw new SpillwayException(
                    Fault.CONFIG,
                    "no AWS credentials for source.aws: " + e.getMessage(),
                    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a profile or a role",
                    e);
        }
        return new AwsSigner(chain, region, service, Clock.systemUTC());
    }

    @Override
    public Map<String, String> sign(String method, URI url, byte[] body) throws IOException {
        try {
            SdkHttpRequest request = SdkHttpRequest.builder()
                    .method(SdkHttpMethod.fromValue(method))
                    .uri(url)
                    .build();
            SdkHttpRequest signed = signer.sign(sign -> sign.identity(credentials.resolveCredentials())
                            .request(request)
                            .payload(ContentStreamProvider.fromByteArray(body))
                            .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                            .putProperty(HttpSigner.SIGNING_CLOCK, clock))
                    .request();
            Map<String, String> headers = new LinkedHashMap<>();
            signed.forEachHeader((name, values) -> {
                if (!BESIDE.contains(name.toLowerCase(Locale.ROOT))) {
                    headers.put(name, String.join(",", values));
                }
            });
            return headers;
        } catch (SdkException e) {
            throw new IOException("cannot sign the request: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (credentials instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
