package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.config.Secret;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Snapshot;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.ClientCertificate;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Copies;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Route;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Vectors;
import io.spillway.support.CertificateChains;
import io.spillway.support.Gateway;
import io.spillway.support.StubElasticsearch;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is between Spillway and a cluster: headers, a proxy, a server that asks for a certificate. */
@Tag("slow")
class RouteTest {
    private static final char[] PASSWORD = "a password".toCharArray();

    @TempDir
    private static Path folder;

    private static CertificateChains chains;

    private final StubElasticsearch cluster = StubElasticsearch.of(30, 3);

    @BeforeAll
    static void makeCertificates() throws Exception {
        chains = new CertificateChains(folder);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void everyRequestHasTheHeadersThatWereGiven() throws Exception {
        try (Gateway gateway = Gateway.before(cluster.url(), request -> null)) {
            assertReads(gateway.url(), new Route(null, Map.of("X-Tenant", "a", "X-Token", "t"), null));

            assertThat(gateway.received())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.headers())
                            .containsEntry("x-tenant", "a")
                            .containsEntry("x-token", "t"));
        }
    }

    @Test
    void aHeadersValueIsNotPrinted() {
        assertThat(new Route(null, Map.of("X-Token", "hunter2"), null).toString())
                .contains("X-Token")
                .doesNotContain("hunter2");
    }

    @Test
    void everyRequestGoesThroughTheProxyThatWasGiven() throws Exception {
        try (Gateway proxy = Gateway.before(cluster.url(), request -> null)) {
            assertReads(cluster.url(), new Route(null, Map.of(), proxy.url()));

            assertThat(proxy.received())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.target())
                            .startsWith(cluster.url().toString()));
        }
    }

    @Test
    void aCertificateInPemFilesIsShownToAServerThatAsksForOne() throws Exception {
        Path certificate = pem("client.pem", "CERTIFICATE", chains.impostor.getEncoded());
        Path key = pem("client.key", "PRIVATE KEY", chains.key(chains.impostor).getEncoded());
        try (Gateway server = Gateway.askingForCertificates(cluster.url(), serverContext())) {
            assertReads(server.url(), new Route(new ClientCertificate(certificate, key, null), Map.of(), null));
        }
    }

    @Test
    void aCertificateInAPkcs12FileIsShownToAServerThatAsksForOne() throws Exception {
        Path file = folder.resolve("client.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("client", chains.key(chains.impostor), PASSWORD, new Certificate[] {chains.impostor});
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
        Path password = folder.resolve("password");
        Files.writeString(password, new String(PASSWORD));
        try (Gateway server = Gateway.askingForCertificates(cluster.url(), serverContext())) {
            assertReads(
                    server.url(),
                    new Route(
                            new ClientCertificate(file, null, Secret.parse("${file:" + password + "}")),
                            Map.of(),
                            null));
        }
    }

    @Test
    void withoutACertificateAServerThatAsksForOneIsUnavailable() throws Exception {
        try (Gateway server = Gateway.askingForCertificates(cluster.url(), serverContext());
                ElasticsearchSource source = open(server.url(), Route.DIRECT)) {
            assertThatExceptionOfType(SpillwayException.class)
                    .isThrownBy(source::freeze)
                    .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE));
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void aKeyThatCannotBeReadIsNamedWithTheFormThatIsNeeded() throws Exception {
        Path certificate = pem("client.pem", "CERTIFICATE", chains.impostor.getEncoded());
        Path key = pem("old.key", "RSA PRIVATE KEY", new byte[] {1, 2, 3});

        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() ->
                        open(cluster.url(), new Route(new ClientCertificate(certificate, key, null), Map.of(), null)))
                .withMessageContaining(key.toString())
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG))
                .satisfies(e -> assertThat(e.hint()).contains("PKCS #8", "openssl pkcs8 -topk8"));
    }

    private void assertReads(URI url, Route route) throws Exception {
        try (ElasticsearchSource source = open(url, route);
                Snapshot snapshot = source.freeze()) {
            assertThat(snapshot.documents()).isEqualTo(30);
        }
    }

    private static ElasticsearchSource open(URI url, Route route) throws Exception {
        return ElasticsearchSource.open(new ElasticsearchOptions(
                url,
                new Anonymous(),
                new Trust(null, CertificateChains.fingerprint(chains.impostor)),
                StubElasticsearch.INDEX,
                null,
                new Copies(null, null),
                Vectors.STOP,
                StubSource.paging(1, StubSource.IMPATIENT),
                route));
    }

    /** Shows the certificate of 127.0.0.1 and trusts clients that show the same. */
    private static SSLContext serverContext() throws Exception {
        X509Certificate certificate = chains.impostor;
        PrivateKey key = chains.key(certificate);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, PASSWORD, new Certificate[] {certificate});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Path pem(String name, String label, byte[] der) throws Exception {
        Path file = folder.resolve(name);
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                file,
                "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(label, base64, label),
                StandardCharsets.US_ASCII);
        return file;
    }
}
