package io.spillway.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Certificates created by the JDK's keytool: a root, an intermediate authority, and certificates of servers in several
 * states. The server's certificates share one key; {@link #impostor} has a key of its own.
 */
public final class CertificateChains {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    /** An authority without a parent. */
    public final X509Certificate root;

    /** An authority signed by the root. */
    public final X509Certificate intermediate;

    /** For 127.0.0.1, signed by the intermediate authority. */
    public final X509Certificate leaf;

    /** For another host, signed by the intermediate authority. */
    public final X509Certificate otherHost;

    /** For 127.0.0.1, signed by the intermediate authority, and expired. */
    public final X509Certificate expired;

    /** For 127.0.0.1, signed by {@link #leaf}, which is not an authority. */
    public final X509Certificate belowLeaf;

    /** For 127.0.0.1, signed by an authority that has the intermediate's name and another key. */
    public final X509Certificate namesake;

    /** For 127.0.0.1, self-signed. */
    public final X509Certificate impostor;

    /** For 127.0.0.1, self-signed and expired. */
    public final X509Certificate expiredImpostor;

    /** Creates all of them; the files stay in this folder. */
    public CertificateChains(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        this.folder = folder;
        keytool("-genkeypair -alias root -keyalg EC -dname CN=Root -ext bc:c");
        keytool("-genkeypair -alias middle -keyalg EC -dname CN=Middle -ext bc:c");
        keytool("-genkeypair -alias namesake -keyalg EC -dname CN=Middle -ext bc:c");
        keytool("-genkeypair -alias server -keyalg EC -dname CN=server");
        keytool("-genkeypair -alias impostor -keyalg EC -dname CN=impostor -ext san=ip:127.0.0.1");
        keytool("-genkeypair -alias old -keyalg EC -dname CN=old -ext san=ip:127.0.0.1 -startdate -9d -validity 2");
        keytool("-certreq -alias middle -file middle.csr");
        keytool("-certreq -alias server -file server.csr");
        keytool("-gencert -rfc -alias root -ext bc:c -infile middle.csr -outfile middle.pem");
        root = stored("root");
        intermediate = read("middle");
        leaf = signed("middle", "leaf", "-ext san=ip:127.0.0.1");
        otherHost = signed("middle", "otherHost", "-ext san=dns:elsewhere.example");
        expired = signed("middle", "expired", "-ext san=ip:127.0.0.1 -startdate -9d -validity 2");
        belowLeaf = signed("server", "belowLeaf", "-ext san=ip:127.0.0.1");
        namesake = signed("namesake", "namesake", "-ext san=ip:127.0.0.1");
        impostor = stored("impostor");
        expiredImpostor = stored("old");
    }

    /** The SHA-256 of a certificate in hex. */
    public static String fingerprint(X509Certificate certificate) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    /** The key of a server's certificate. */
    public PrivateKey key(X509Certificate certificate) throws IOException, GeneralSecurityException {
        String alias =
                certificate.equals(impostor) ? "impostor" : certificate.equals(expiredImpostor) ? "old" : "server";
        return (PrivateKey) store().getKey(alias, PASSWORD.toCharArray());
    }

    private X509Certificate signed(String by, String name, String options)
            throws IOException, InterruptedException, GeneralSecurityException {
        keytool("-gencert -rfc -alias %s %s -infile server.csr -outfile %s.pem".formatted(by, options, name));
        return read(name);
    }

    private X509Certificate read(String name) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".pem"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private X509Certificate stored(String alias) throws IOException, GeneralSecurityException {
        return (X509Certificate) store().getCertificate(alias);
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(folder.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
    }

    private void keytool(String options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/keytool").toString());
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of("-keystore", "keys.p12", "-storetype", "PKCS12", "-storepass", PASSWORD));
        Path output = folder.resolve("keytool.txt");
        int exitCode = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IOException("keytool " + options + ": " + Files.readString(output));
        }
    }
}
