package io.spillway.source.elasticsearch;

import io.spillway.config.ClearText;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Anonymous;
import io.spillway.source.elasticsearch.ElasticsearchOptions.ClientCertificate;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Trust;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which certificate a cluster must show. A fingerprint names one certificate: the cluster's own, an intermediate or a root.
 * The server must send it, and a valid path (PKIX) must lead from the server's certificate to it. Its presence in the chain
 * proves nothing, because anyone can copy a public certificate into a chain. The HTTP client compares the host name.
 */
final class ServerTrust {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTrust.class);

    private ServerTrust() {}

    /**
     * The TLS context for a cluster, or null to use the JDK's own authorities.
     *
     * @throws SpillwayException {@link Fault#CONFIG} if the file of authorities cannot be read
     */
    static @Nullable SSLContext context(ElasticsearchOptions options) throws SpillwayException {
        if (!(options.credentials() instanceof Anonymous) && ClearText.isReadable(options.url())) {
            LOG.warn(
                    "the credentials for {} and all documents are sent unencrypted: use https, or a tunnel to localhost",
                    options.url());
        }
        ClientCertificate certificate = options.route().certificate();
        return context(options.trust(), certificate == null ? null : ClientIdentity.keys(certificate));
    }

    static @Nullable SSLContext context(Trust trust) throws SpillwayException {
        return context(trust, null);
    }

    private static @Nullable SSLContext context(Trust trust, KeyManager @Nullable [] keys) throws SpillwayException {
        String fingerprint = trust.fingerprint();
        Path caFile = trust.caFile();
        try {
            if (fingerprint != null) {
                return context(new Pinned(fingerprint.replace(":", "").toLowerCase(Locale.ROOT)), keys);
            }
            if (caFile != null) {
                return context(new Authorities(manager(certificates(caFile))), keys);
            }
            return keys == null ? null : context((TrustManager) null, keys);
        } catch (IOException | GeneralSecurityException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    caFile == null
                            ? "cannot set up TLS: " + e.getMessage()
                            : "cannot read the CA certificate " + caFile + ": " + e.getMessage(),
                    caFile == null
                            ? "check the security settings of this Java runtime"
                            : "set ca-file to a PEM file with the certificate of the authority that signed the cluster's",
                    e);
        }
    }

    /** A context with this check, or the JDK's own if it is null, and with these keys. */
    private static SSLContext context(@Nullable TrustManager manager, KeyManager @Nullable [] keys)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, manager == null ? null : new TrustManager[] {manager}, null);
        return context;
    }

    /** All certificates of a PEM file, which may contain several authorities. */
    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new CertificateException("the file contains no certificate");
            }
            return certificates;
        }
    }

    /** The JDK's path validation, with only these anchors. */
    private static X509ExtendedTrustManager manager(Collection<? extends Certificate> anchors)
            throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
        int number = 0;
        for (Certificate anchor : anchors) {
            store.setCertificateEntry("anchor-" + number++, anchor);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new NoSuchAlgorithmException("this Java runtime does not support X.509 certificates");
    }

    private static String fingerprint(X509Certificate certificate) throws CertificateException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new CertificateException(e);
        }
    }

    /** One check of a server's chain; clients are never checked. */
    private abstract static class ServerCheck extends X509ExtendedTrustManager {
        /** The validator with the anchors for this chain; fails if the chain has none. */
        abstract X509ExtendedTrustManager check(X509Certificate[] chain) throws CertificateException;

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            valid(chain);
            check(chain).checkServerTrusted(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            valid(chain);
            check(chain).checkServerTrusted(chain, authType, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            valid(chain);
            check(chain).checkServerTrusted(chain, authType, engine);
        }

        /** The JDK does not check the dates of a server certificate that is itself an anchor. */
        private static void valid(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0) {
                throw new CertificateException("the server sent no certificate");
            }
            chain[0].checkValidity();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("client certificates are not checked here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** The authorities of a file. */
    private static final class Authorities extends ServerCheck {
        private final X509ExtendedTrustManager manager;

        Authorities(X509ExtendedTrustManager manager) {
            this.manager = manager;
        }

        @Override
        X509ExtendedTrustManager check(X509Certificate[] chain) {
            return manager;
        }
    }

    /** The certificate with a fingerprint, wherever it is in the chain. */
    private static final class Pinned extends ServerCheck {
        private final String fingerprint;

        Pinned(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        @Override
        X509ExtendedTrustManager check(X509Certificate[] chain) throws CertificateException {
            for (X509Certificate certificate : chain) {
                if (fingerprint(certificate).equals(fingerprint)) {
                    certificate.checkValidity();
                    try {
                        return manager(List.of(certificate));
                    } catch (CertificateException e) {
                        throw e;
                    } catch (GeneralSecurityException e) {
                        throw new CertificateException(e);
                    }
                }
            }
            throw new CertificateException(
                    "none of the %d certificates that the server sent has the fingerprint %s; its own has %s"
                            .formatted(chain.length, fingerprint, fingerprint(chain[0])));
        }
    }
}
