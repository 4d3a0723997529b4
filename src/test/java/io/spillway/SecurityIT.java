package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.CommandRun;
import io.spillway.support.DatasetFolder;
import io.spillway.support.SecuredServer;
import io.spillway.support.SecuredServerAuthority;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster with TLS and logins: which key suffices, what the error says for a key that does not, and which
 * certificates are trusted.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SecurityIT {
    private static final String INDEX = "guarded";
    private static final List<String> LINES =
            IntStream.range(0, 500).mapToObj(n -> "{\"id\":" + n + "}").toList();
    private static final int UNAVAILABLE = 10;
    private static final int REFUSED = 12;

    @TempDir
    private static Path keys;

    private static SecuredServerAuthority authority;
    private static SecuredServer server;

    @TempDir
    private Path root;

    @BeforeAll
    static void start() throws Exception {
        authority = new SecuredServerAuthority(keys);
        server = SecuredServer.start(authority);
        server.request("PUT", "/" + INDEX, "{\"settings\":{\"number_of_shards\":2,\"number_of_replicas\":0}}");
        server.request("PUT", "/another", "{\"settings\":{\"number_of_replicas\":0}}");
        StringBuilder bulk = new StringBuilder();
        LINES.forEach(line -> bulk.append("{\"index\":{}}\n").append(line).append('\n'));
        server.request("POST", "/" + INDEX + "/_bulk?refresh=true", bulk.toString());
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aKeyWithReadAndViewIndexMetadataExportsItsIndex() throws Exception {
        CommandRun run = export(goodKey(), "--ca-file", authority.certificate().toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(DatasetFolder.difference(LINES, DatasetFolder.lines(folder().newestDump())))
                .isEmpty();
        // The key may not request GET / and the nodes, so the product comes from the probe.
        assertThat(Files.readString(folder().newestDump().resolve("manifest.json")))
                .containsPattern("\"product\"\\s*:\\s*\"elasticsearch\"");
    }

    @Test
    void theAuthoritysFingerprintIsAsGoodAsItsFile() throws Exception {
        CommandRun run = export(goodKey(), "--fingerprint", authority.fingerprint());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(folder().dumps()).hasSize(1);
    }

    @Test
    void aKeyWithoutViewIndexMetadataIsReportedAsSuch() throws Exception {
        CommandRun run = trusting(server.newKey(INDEX, "read"));

        assertRefused(run);
        assertThat(run.err()).contains("view_index_metadata").contains(INDEX);
    }

    @Test
    void aKeyWithoutReadIsReportedAsSuch() throws Exception {
        CommandRun run = trusting(server.newKey(INDEX, "view_index_metadata"));

        assertRefused(run);
        assertThat(run.err()).contains("read").contains(INDEX);
    }

    @Test
    void aKeyForAnotherIndexIsRefused() throws Exception {
        CommandRun run = trusting(server.newKey("another", "read", "view_index_metadata"));

        assertRefused(run);
        assertThat(run.err()).contains(INDEX);
    }

    @Test
    void aWrongKeyIsRejectedAndTheHintNamesTheOption() throws Exception {
        CommandRun run =
                trusting(Base64.getEncoder().encodeToString("no-such-id:no-such-key".getBytes(StandardCharsets.UTF_8)));

        assertRefused(run);
        assertThat(run.err()).contains("401").contains("api-key");
    }

    @Test
    void aCertificateOfAnUnknownAuthorityIsNotTrustedAndTheHintSaysWhatToDo() throws Exception {
        CommandRun run = export(goodKey());

        assertUnavailable(run);
        assertThat(run.err()).contains("certificate").contains("ca-file").contains("fingerprint");
    }

    @Test
    void theFileOfAnotherAuthorityIsNotTrusted() throws Exception {
        Path elsewhere = Files.createDirectory(root.resolve("other"));
        SecuredServerAuthority other = new SecuredServerAuthority(elsewhere);

        CommandRun run = export(goodKey(), "--ca-file", other.certificate().toString());

        assertUnavailable(run);
    }

    @Test
    void theFingerprintOfAnotherAuthorityIsNotTrusted() throws Exception {
        CommandRun run = export(goodKey(), "--fingerprint", "ab".repeat(32));

        assertUnavailable(run);
    }

    @Test
    void aCertificateForAnotherHostIsNotTrustedDespiteTheRightFile() throws Exception {
        CommandRun run = CommandRun.export(
                otherName(),
                INDEX,
                folder(),
                "--api-key",
                reference(goodKey()),
                "--ca-file",
                authority.certificate().toString());

        assertUnavailable(run);
        assertThat(run.err()).contains("localhost");
    }

    @Test
    void aCertificateForAnotherHostIsNotTrustedDespiteTheRightFingerprint() throws Exception {
        CommandRun run = CommandRun.export(
                otherName(),
                INDEX,
                folder(),
                "--api-key",
                reference(goodKey()),
                "--fingerprint",
                authority.fingerprint());

        assertUnavailable(run);
    }

    @Test
    void theOutputOfASuccessfulRunContainsNoSecret() throws Exception {
        String key = goodKey();

        assertThat(verboseOutput(key, 0))
                .contains("snapshot taken")
                .doesNotContain(key)
                .doesNotContain(secretHalf(key));
    }

    @Test
    void theOutputOfARejectedRunContainsNoSecret() throws Exception {
        String key = server.newKey(INDEX, "read");

        assertThat(verboseOutput(key, REFUSED))
                .contains("at io.spillway.")
                .doesNotContain(key)
                .doesNotContain(secretHalf(key));
    }

    private CommandRun trusting(String key) throws Exception {
        return export(key, "--ca-file", authority.certificate().toString());
    }

    private CommandRun export(String key, String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of("--api-key", reference(key)));
        options.addAll(List.of(more));
        return CommandRun.export(server.url(), INDEX, folder(), options.toArray(new String[0]));
    }

    private static String goodKey() throws Exception {
        return server.newKey(INDEX, "read", "view_index_metadata");
    }

    private String reference(String key) throws Exception {
        Path file = Files.createTempFile(root, "key", ".txt");
        Files.writeString(file, key);
        return "${file:" + file + "}";
    }

    /** The same server under a name that is not in its certificate. */
    private static URI otherName() {
        return URI.create("https://localhost:" + server.url().getPort());
    }

    private DatasetFolder folder() {
        return new DatasetFolder(root.resolve("dumps"), INDEX);
    }

    private void assertRefused(CommandRun run) throws Exception {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(REFUSED);
        assertThat(run.err()).contains("hint:");
        assertThat(folder().dumps()).isEmpty();
    }

    private void assertUnavailable(CommandRun run) throws Exception {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(UNAVAILABLE);
        assertThat(folder().dumps()).isEmpty();
    }

    private static String secretHalf(String key) {
        return new String(Base64.getDecoder().decode(key), StandardCharsets.UTF_8).split(":", 2)[1];
    }

    /** Everything that a separate process prints, logs included. */
    private String verboseOutput(String key, int exitCode) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.spillway.cli.Main"));
        command.addAll(CommandRun.exportArguments(
                server.url(),
                INDEX,
                folder(),
                "--api-key",
                reference(key),
                "--ca-file",
                authority.certificate().toString(),
                "--verbose",
                "--stacktrace",
                "--json"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(exitCode);
        return output;
    }
}
