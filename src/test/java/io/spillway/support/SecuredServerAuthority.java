package io.spillway.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An unknown certificate authority, and one certificate from it, for 127.0.0.1 and no other name. */
public final class SecuredServerAuthority {
    /** The password of every key store here. */
    static final String PASSWORD = "changeit";

    private final Path folder;

    /** Creates both with the JDK's keytool; their files stay in this folder. */
    public SecuredServerAuthority(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        keytool("-genkeypair -alias ca -keyalg EC -dname CN=Authority -ext bc:c -keystore ca.p12");
        keytool("-exportcert -rfc -alias ca -file ca.pem -keystore ca.p12");
        keytool("-genkeypair -alias http -keyalg EC -dname CN=server -keystore http.p12");
        keytool("-certreq -alias http -file http.csr -keystore http.p12");
        keytool("-gencert -rfc -alias ca -ext san=ip:127.0.0.1 -infile http.csr -outfile http.pem -keystore ca.p12");
        keytool("-importcert -noprompt -alias ca -file ca.pem -keystore http.p12");
        keytool("-importcert -noprompt -alias http -file http.pem -keystore http.p12");
        // The authority's certificate is part of the chain now. It does not belong among the server's keys on its own.
        keytool("-delete -alias ca -keystore http.p12");
    }

    /** The authority's certificate, for {@code --ca-file}. */
    public Path certificate() {
        return folder.resolve("ca.pem");
    }

    /** Its SHA-256, for {@code --fingerprint}. */
    public String fingerprint() throws IOException, GeneralSecurityException {
        byte[] certificate = load("ca.p12").getCertificate("ca").getEncoded();
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate));
    }

    /** Trusts this authority and no other. */
    public SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", load("ca.p12").getCertificate("ca"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** The server's key and the chain of its certificate. */
    Path serverKeys() {
        return folder.resolve("http.p12");
    }

    private KeyStore load(String name) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(folder.resolve(name).toFile(), PASSWORD.toCharArray());
    }

    private void keytool(String options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/keytool").toString());
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Path said = folder.resolve("keytool.txt");
        int exitCode = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IOException("keytool " + options + ": " + Files.readString(said));
        }
    }
}
