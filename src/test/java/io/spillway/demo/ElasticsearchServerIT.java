package io.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ElasticsearchServerIT {
    /** The password "spillway"; bcrypt at its lowest cost. */
    private static final String USERS = "reader:$2a$04$abcdefghijklmnopqrstuujZAHAPr0PizNDASlyzIT6Dnx5dOhZtu\n";

    private final Path home = ElasticsearchServer.findHome().orElseThrow();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<ElasticsearchServer> started = new ArrayList<>();

    private final List<ProcessHandle> before =
            ProcessHandle.current().descendants().toList();

    @TempDir
    private Path folder;

    @AfterEach
    void closeAll() {
        started.forEach(ElasticsearchServer::close);
    }

    @Test
    void bothSetsOfRecordsAreLoadedAndClosingLeavesNoProcessAndNoFolder() throws Exception {
        ElasticsearchServer server = start(builder());
        for (DemoRecords records : DemoRecords.all()) {
            records.load(server.url());
            assertThat(get(server.url(), "/" + records.dataset() + "/_count"))
                    .startsWith("{\"count\":" + records.documents() + ",");
        }
        assertThat(get(server.url(), "/countries/_source/ABW"))
                .isEqualTo(new String(DemoRecords.all().get(0).open().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElseThrow());
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        List<ProcessHandle> family = ours().toList();
        assertThat(family).contains(process);
        assertThat(server.folder()).startsWith(folder.toRealPath());

        server.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(family).noneMatch(ProcessHandle::isAlive);
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> get(server.url(), "/_cluster/health")).isInstanceOf(ConnectException.class);
    }

    @Test
    void twoServersRunAsNodesOfOneClusterAndOneMayCrash() throws Exception {
        ElasticsearchServer first = start(builder()
                .heapMebibytes(384)
                .setting("cluster.name", "pair")
                .setting("node.name", "first")
                .setting("cluster.initial_master_nodes", "first"));
        ElasticsearchServer second = start(builder()
                .heapMebibytes(384)
                .setting("cluster.name", "pair")
                .setting("node.name", "second")
                .setting("node.roles", "data")
                .setting("discovery.seed_hosts", "127.0.0.1:" + first.transportPort()));

        assertThat(Stream.of(first, second)
                        .flatMap(server -> Stream.of(server.url().getPort(), server.transportPort())))
                .doesNotHaveDuplicates();
        assertThat(first.pid()).isNotEqualTo(second.pid());
        assertThat(get(first.url(), "/_cluster/health")).contains("\"number_of_nodes\":2,");

        second.kill();

        assertThat(ProcessHandle.of(second.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(get(first.url(), "/_cluster/health?wait_for_nodes=1&timeout=60s"))
                .contains("\"timed_out\":false", "\"number_of_nodes\":1,");
    }

    @Test
    void aSecuredServerIsAwaitedWithTheGivenLoginAndCertificate() throws Exception {
        String login =
                "Basic " + Base64.getEncoder().encodeToString("reader:spillway".getBytes(StandardCharsets.UTF_8));
        Path keys = selfSigned();
        SSLContext tls = trusting(keys);
        // In the system's folder for temporary files, which other users can access too: a folder made by JUnit is
        // closed to all.
        ElasticsearchServer server = start(ElasticsearchServer.builder(home)
                .setting("xpack.security.enabled", "true")
                .setting("xpack.security.http.ssl.enabled", "true")
                .setting("xpack.security.http.ssl.keystore.path", "certificates/http.p12")
                .setting("xpack.security.http.ssl.keystore.password", "changeit")
                .file("certificates/http.p12", Files.readAllBytes(keys))
                .file("users", USERS)
                .file("users_roles", "superuser:reader\n")
                .https(tls)
                .authorization(login));

        assertThat(server.url()).hasScheme("https");
        HttpClient trusting = HttpClient.newBuilder().sslContext(tls).build();
        HttpRequest.Builder health = HttpRequest.newBuilder(server.url().resolve("/_cluster/health"));
        assertThat(trusting.send(health.build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(401);
        assertThat(trusting.send(health.header("Authorization", login).build(), BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aMissingHomeIsRefusedWithAHint() {
        assertThatThrownBy(() -> ElasticsearchServer.builder(folder.resolve("nowhere"))
                        .directory(folder)
                        .start())
                .isInstanceOfSatisfying(SpillwayException.class, e -> {
                    assertThat(e.fault()).isEqualTo(Fault.CONFIG);
                    assertThat(e.hint()).contains(ElasticsearchServer.HOME_PROPERTY);
                })
                .hasMessageContaining("nowhere");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aServerThatExitsDuringStartIsReportedWithItsOutput() {
        assertThatThrownBy(() -> start(builder().setting("no.such.setting", "1")))
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE))
                .hasMessageContaining("unknown setting [no.such.setting]")
                .hasMessageNotContaining("\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aServerThatIsNotReadyInTimeTimesOut() {
        assertThatThrownBy(() -> start(builder().limit(Duration.ofMillis(1))))
                .isInstanceOfSatisfying(
                        SpillwayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SOURCE_UNAVAILABLE))
                .hasMessageContaining("not ready");
        assertThat(folder).isEmptyDirectory();
        assertThat(ours()).isEmpty();
    }

    @Test
    void anInterruptWhileStartingLeavesNothing() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread starter = new Thread(() -> {
            try {
                start(builder());
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        starter.start();
        awaitLauncher();
        starter.interrupt();
        starter.join();

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(folder).isEmptyDirectory();
        assertThat(ours()).isEmpty();
    }

    @Test
    void theServerAndItsFolderAreRemovedIfTheJvmThatStartedItIsKilled() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        home.toString(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            ProcessHandle server =
                    ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
            List<ProcessHandle> family = jvm.descendants().toList();
            assertThat(family).contains(server);

            jvm.destroyForcibly().waitFor();

            for (ProcessHandle process : family) {
                process.onExit().get(1, TimeUnit.MINUTES);
            }
            assertThat(folder).isEmptyDirectory();
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** A separate JVM, to be killed: starts a server, prints its process id, and waits. */
    static final class Starter {
        @SuppressWarnings("resource") // it exists to be killed
        public static void main(String[] arguments) throws Exception {
            ElasticsearchServer server = ElasticsearchServer.builder(Path.of(arguments[0]))
                    .directory(Path.of(arguments[1]))
                    .start();
            System.out.println(server.pid());
            Thread.currentThread().join();
        }
    }

    private ElasticsearchServer.Builder builder() {
        return ElasticsearchServer.builder(home).directory(folder);
    }

    private ElasticsearchServer start(ElasticsearchServer.Builder builder)
            throws SpillwayException, InterruptedException {
        ElasticsearchServer server = builder.start();
        started.add(server);
        return server;
    }

    /** Processes below this JVM that did not exist before the test: other tests share a server of their own. */
    private Stream<ProcessHandle> ours() {
        return ProcessHandle.current().descendants().filter(process -> !before.contains(process));
    }

    /** Until the launcher runs: the Java process that gets the server's folder as an argument. */
    private void awaitLauncher() {
        String told = "-Des.path.conf=" + folder;
        while (ours().noneMatch(
                        process -> process.info().commandLine().orElse("").contains(told))) {
            Thread.onSpinWait();
        }
    }

    private Path selfSigned() throws IOException, InterruptedException {
        Path keys = folder.resolve("http.p12");
        String options = "-genkeypair -alias http -keyalg EC -dname CN=localhost -ext san=dns:localhost,ip:127.0.0.1"
                + " -storetype PKCS12 -storepass changeit -keystore";
        List<String> command = new ArrayList<>(List.of(options.split(" ")));
        command.add(0, Path.of(System.getProperty("java.home"), "bin/keytool").toString());
        command.add(keys.toString());
        assertThat(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor())
                .isZero();
        return keys;
    }

    private static SSLContext trusting(Path keys) throws Exception {
        KeyStore owned = KeyStore.getInstance(keys.toFile(), "changeit".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("http", owned.getCertificate("http"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private String get(URI server, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.ofString())
                .body();
    }
}
