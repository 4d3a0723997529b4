package io.spillway.source.elasticsearch;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.ClientCertificate;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** The certificate that identifies this client to a cluster, from PEM files, or from a PKCS #12 file. */
final class ClientIdentity {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private ClientIdentity() {}

    /**
     * The keys of this certificate.
     *
     * @throws SpillwayException with {@link Fault#CONFIG} if a file cannot be read or has other content
     */
    static KeyManager[] keys(ClientCertificate certificate) throws SpillwayException {
        char[] password = certificate.password() == null
                ? new char[0]
                : certificate.password().reveal().toCharArray();
        Path key = certificate.key();
        try {
            KeyStore store =
                    key == null ? pkcs12(certificate.file(), password) : pem(certificate.file(), key, password);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "cannot read the client certificate %s%s: %s"
                            .formatted(certificate.file(), key == null ? "" : " with the key " + key, e.getMessage()),
                    "client-certificate names a PEM file with the certificate, and client-key a PEM file with its key in"
                            + " PKCS #8 without a password (openssl pkcs8 -topk8 -nocrypt); or client-certificate names a"
                            + " PKCS #12 file, and client-key-password its password",
                    e);
        }
    }

    private static KeyStore pkcs12(Path file, char[] password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            store.load(in, password);
        }
        if (store.size() == 0) {
            throw new KeyStoreException("the file contains no key");
        }
        return store;
    }

    private static KeyStore pem(Path file, Path keyFile, char[] password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(new Certificate[0]);
            if (chain.length == 0) {
                throw new CertificateException("the file contains no certificate");
            }
            store.setKeyEntry("client", key(keyFile), password, chain);
        }
        return store;
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = PKCS8.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new InvalidKeySpecException("the key file contains no PRIVATE KEY in PKCS #8");
        }
        var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        InvalidKeySpecException unknown = new InvalidKeySpecException("the key is neither RSA nor EC nor Ed25519");
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException otherAlgorithm) {
                unknown.addSuppressed(otherAlgorithm);
            }
        }
        throw unknown;
    }
}
