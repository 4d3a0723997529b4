package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spillway.config.Secret;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.ApiKey;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import io.spillway.support.CertificateChains;
import io.spillway.support.TlsServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which servers get a request, and with it the API key. */
@Timeout(60)
@Tag("slow")
class ServerTrustTest {
    @TempDir
    private static Path folder;

    private static CertificateChains certificates;

    @BeforeAll
    static void make() throws Exception {
        certificates = new CertificateChains(folder);
    }

    @Test
    void anImpostorThatAppendsThePinnedRootGetsNoRequest() throws Exception {
        refused(certificates.root, certificates.impostor, certificates.root);
    }

    @Test
    void anImpostorThatAppendsTheWholeRealChainGetsNoRequest() throws Exception {
        refused(
                certificates.root,
                certificates.impostor,
                certificates.leaf,
                certificates.intermediate,
                certificates.root);
    }

    @Test
    void anImpostorThatAppendsThePinnedLeafGetsNoRequest() throws Exception {
        refused(certificates.leaf, certificates.impostor, certificates.leaf);
    }

    @Test
    void anImpostorThatAppendsThePinnedIntermediateGetsNoRequest() throws Exception {
        refused(certificates.intermediate, certificates.impostor, certificates.intermediate);
    }

    @Test
    void aCertificateOfAnAuthorityWithTheSameNameGetsNoRequest() throws Exception {
        refused(certificates.intermediate, certificates.namesake, certificates.intermediate, certificates.root);
    }

    @Test
    void aCertificateSignedByAPinnedServerCertificateGetsNoRequest() throws Exception {
        refused(certificates.leaf, certificates.belowLeaf, certificates.leaf);
        refused(
                certificates.root,
                certificates.belowLeaf,
                certificates.leaf,
                certificates.intermediate,
                certificates.root);
    }

    @Test
    void aChainWithoutThePinnedCertificateGetsNoRequestAndTheErrorNamesBothFingerprints() throws Exception {
        SpillwayException e = refused(certificates.root, certificates.leaf, certificates.intermediate);
        assertThat(e.getMessage())
                .contains(CertificateChains.fingerprint(certificates.root))
                .contains(CertificateChains.fingerprint(certificates.leaf));
    }

    @Test
    void aMissingIntermediateMeansNoPath() throws Exception {
        refused(certificates.root, certificates.leaf, certificates.root);
    }

    @Test
    void aCertificateForAnotherHostGetsNoRequest() throws Exception {
        refused(certificates.root, certificates.otherHost, certificates.intermediate, certificates.root);
        refused(certificates.otherHost, certificates.otherHost);
    }

    @Test
    void anExpiredCertificateGetsNoRequest() throws Exception {
        refused(certificates.root, certificates.expired, certificates.intermediate, certificates.root);
    }

    @Test
    void anExpiredPinnedCertificateGetsNoRequest() throws Exception {
        refused(certificates.expired, certificates.expired, certificates.intermediate);
        refused(certificates.expiredImpostor, certificates.expiredImpostor);
    }

    @Test
    void anExpiredCertificateInTheFileOfAuthoritiesGetsNoRequest() throws Exception {
        refused(new Trust(pem(certificates.expiredImpostor), null), certificates.expiredImpostor);
    }

    @Test
    void aPinnedRootIsTrusted() throws Exception {
        reached(certificates.root, certificates.leaf, certificates.intermediate, certificates.root);
    }

    @Test
    void aPinnedIntermediateIsTrustedWithAndWithoutItsRoot() throws Exception {
        reached(certificates.intermediate, certificates.leaf, certificates.intermediate);
        reached(certificates.intermediate, certificates.leaf, certificates.intermediate, certificates.root);
    }

    @Test
    void aPinnedServerCertificateIsTrustedAloneAndInItsChain() throws Exception {
        reached(certificates.leaf, certificates.leaf);
        reached(certificates.leaf, certificates.leaf, certificates.intermediate, certificates.root);
    }

    @Test
    void aPinnedSelfSignedCertificateIsTrusted() throws Exception {
        reached(certificates.impostor, certificates.impostor);
    }

    @Test
    void aFingerprintMayHaveColonsAndCapitals() throws Exception {
        String colons = CertificateChains.fingerprint(certificates.root)
                .toUpperCase(Locale.ROOT)
                .replaceAll("..(?!$)", "$0:");
        reached(new Trust(null, colons), certificates.leaf, certificates.intermediate, certificates.root);
    }

    @Test
    void everyAuthorityOfAFileIsTrusted() throws Exception {
        Path both = pem(certificates.impostor, certificates.root);
        reached(new Trust(both, null), certificates.leaf, certificates.intermediate);
        reached(new Trust(both, null), certificates.impostor);
    }

    @Test
    void aFileWithoutACertificateIsAConfigurationError() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        SpillwayException e =
                catchThrowableOfType(SpillwayException.class, () -> ServerTrust.context(new Trust(empty, null)));
        assertThat(e.fault()).isEqualTo(Fault.CONFIG);
        assertThat(e.getMessage()).contains("empty.pem").contains("no certificate");
    }

    private static SpillwayException refused(X509Certificate pinned, X509Certificate... chain) throws Exception {
        return refused(new Trust(null, CertificateChains.fingerprint(pinned)), chain);
    }

    private static SpillwayException refused(Trust trust, X509Certificate... chain) throws Exception {
        try (TlsServer server = new TlsServer(certificates.key(chain[0]), chain)) {
            SpillwayException e = plan(server, trust);
            assertThat(server.requests()).isEmpty();
            assertThat(e.fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE);
            assertThat(e.getMessage()).contains("is not trusted");
            return e;
        }
    }

    private static void reached(X509Certificate pinned, X509Certificate... chain) throws Exception {
        reached(new Trust(null, CertificateChains.fingerprint(pinned)), chain);
    }

    private static void reached(Trust trust, X509Certificate... chain) throws Exception {
        try (TlsServer server = new TlsServer(certificates.key(chain[0]), chain)) {
            SpillwayException refusal = plan(server, trust);
            assertThat(server.requests()).as(String.valueOf(refusal)).isNotEmpty();
        }
    }

    /** The server answers nothing useful, so that there is always an error. */
    private static SpillwayException plan(TlsServer server, Trust trust) throws Exception {
        ElasticsearchOptions options = new ElasticsearchOptions(
                URI.create(server.url()),
                new ApiKey(Secret.parse("${file:" + key() + "}")),
                trust,
                "books",
                null,
                Paging.defaults());
        try (ElasticsearchSource source = ElasticsearchSource.open(options)) {
            return catchThrowableOfType(SpillwayException.class, source::survey);
        }
    }

    private static Path key() throws Exception {
        return Files.writeString(folder.resolve("api-key"), "c2VjcmV0OmtleQ==");
    }

    private static Path pem(X509Certificate... all) throws Exception {
        StringBuilder text = new StringBuilder();
        for (X509Certificate each : all) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder().encodeToString(each.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return Files.writeString(Files.createTempFile(folder, "ca", ".pem"), text, StandardCharsets.US_ASCII);
    }
}
