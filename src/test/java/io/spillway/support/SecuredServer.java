package io.spillway.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.demo.ElasticsearchServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import javax.net.ssl.SSLContext;

/**
 * A real server with TLS and a certificate from {@link SecuredServerAuthority}, only for the address 127.0.0.1, and
 * without anonymous access. It has API keys, which need a separate home folder with a plugin. Closing ends the server
 * and removes the home.
 */
public final class SecuredServer implements AutoCloseable {
    /** The password "spillway"; bcrypt at its lowest cost. */
    private static final String USERS = "admin:$2a$04$abcdefghijklmnopqrstuujZAHAPr0PizNDASlyzIT6Dnx5dOhZtu\n";

    private static final String LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("admin:spillway".getBytes(StandardCharsets.UTF_8));
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SecuredServerHome home;
    private final ElasticsearchServer server;
    private final HttpClient client;

    private SecuredServer(SecuredServerHome home, ElasticsearchServer server, SSLContext tls) {
        this.home = home;
        this.server = server;
        this.client = HttpClient.newBuilder().sslContext(tls).build();
    }

    /** Starts a server whose certificate comes from this authority. */
    @SuppressWarnings("MustBeClosed")
    public static SecuredServer start(SecuredServerAuthority authority) throws Exception {
        SecuredServerHome home = SecuredServerHome.of(TestCluster.home());
        boolean started = false;
        try {
            ElasticsearchServer server = ElasticsearchServer.builder(home.folder())
                    .setting("xpack.security.enabled", "true")
                    .setting("xpack.security.http.ssl.enabled", "true")
                    .setting("xpack.security.http.ssl.keystore.path", "certificates/http.p12")
                    .setting("xpack.security.http.ssl.keystore.password", SecuredServerAuthority.PASSWORD)
                    .file("certificates/http.p12", Files.readAllBytes(authority.serverKeys()))
                    .file("users", USERS)
                    .file("users_roles", "superuser:admin\n")
                    .https(authority.trusting())
                    .authorization(LOGIN)
                    .start();
            started = true;
            return new SecuredServer(home, server, authority.trusting());
        } finally {
            if (!started) {
                home.close();
            }
        }
    }

    /** The https URL with the address in the certificate. */
    public URI url() {
        return server.url();
    }

    /** A new API key with these privileges on this index, in its encoded form. */
    public String newKey(String index, String... privileges) throws IOException, InterruptedException {
        String names = JSON.writeValueAsString(privileges);
        JsonNode answer = request("POST", "/_security/api_key", """
                {"name": "key", "role_descriptors": {"role": {"indices": [{"names": ["%s"], "privileges": %s}]}}}
                """.formatted(index, names));
        return answer.path("encoded").asText();
    }

    /** Sends a request as a user with every privilege and returns the answer; fails on any status but 2xx. */
    public JsonNode request(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(server.url().resolve(path))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", path.contains("_bulk") ? "application/x-ndjson" : "application/json")
                        .header("Authorization", LOGIN)
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    @Override
    public void close() throws IOException {
        server.close();
        home.close();
    }
}
