package io.spillway.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a daemon handles requests that are incomplete, huge, slow or not HTTP at all. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class HalfRequestsTest {
    private static final Pattern HEAD = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})[ -~]*\r\n(?:[ -~]*\r\n)*\r\n");
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /** Far less than the server waits for a client, and enough on a loaded machine. */
    private static final Duration AT_ONCE = WatchServer.PATIENCE.dividedBy(2);

    private static final int FUZZ = Integer.getInteger("spillway.fuzz", 300);

    private final List<Socket> open = new ArrayList<>();
    private Daemon daemon;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Schedules.folder(folder.resolve("schedules"), Schedules.FAR_AWAY, "d");
        daemon = Daemon.start(
                new DaemonOptions(
                        folder.resolve("schedules"),
                        new DaemonOptions.State(folder.resolve("state"), null),
                        1,
                        DaemonOptions.Pace.DEFAULT,
                        new WatchOptions(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                null,
                                AlertOptions.NONE,
                                Set.of("Status.example.org"))),
                new FakeExports());
    }

    @AfterEach
    void hangUp() throws Exception {
        for (Socket each : open) {
            each.close();
        }
        open.clear();
    }

    @AfterAll
    void close() {
        daemon.close();
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), daemon.port().orElseThrow());
        socket.setSoTimeout(30_000);
        open.add(socket);
        return socket;
    }

    /** A connection on which this was sent, without reading anything. A server may close it while it is being sent. */
    private Socket send(byte[] request) throws IOException {
        Socket socket = connect();
        try {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
        } catch (IOException closed) {
            assertThat(closed).hasMessageMatching("(?s).*(reset|Broken pipe|closed).*");
        }
        return socket;
    }

    private Socket send(String request) throws IOException {
        return send(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Everything that is received until the server closes the connection. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[8192];
        try (InputStream in = socket.getInputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                text.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException reset) {
            assertThat(reset).hasMessageMatching("(?s).*(reset|Broken pipe|closed).*");
        }
        return text.toString();
    }

    private static int status(String answer) {
        Matcher head = HEAD.matcher(answer);
        assertThat(head.lookingAt()).as(answer).isTrue();
        return Integer.parseInt(head.group(1));
    }

    private void assertAliveAtOnce() throws IOException {
        long start = System.nanoTime();
        String answer = answer(send(LIVE));
        assertThat(status(answer)).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    }

    /**
     * Asks again while the server says that too many requests wait: those whose header is complete are answered first,
     * in whatever time this machine takes.
     */
    private void assertAnsweredAtOnce(String path) throws IOException {
        long start = System.nanoTime();
        int status = 503;
        while (status == 503) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
            status = status(answer(send(LIVE.replace("/health/live", path))));
        }
        assertThat(status).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /status HTTP/1.1\r\nHost: x\r\nX-A: ",
                "GET /sta",
                "",
                "POST /datasets/plain/export HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n",
                "POST /notice HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                "GET /status HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
            })
    void incompleteRequestsDoNotDelayOtherRequests(String half) throws Exception {
        for (int i = 0; i < 64; i++) {
            send(half);
        }
        assertAliveAtOnce();
        assertAnsweredAtOnce("/status");
    }

    @Test
    void fifteenHundredIdleConnectionsDoNotDelayOtherRequests() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            connect();
        }
        assertAliveAtOnce();
        assertThat(open.stream().filter(HalfRequestsTest::isClosedByTheServer).count())
                .as("connections beyond the limit are closed, the oldest first")
                .isGreaterThanOrEqualTo(1_500 - WatchServer.MOST_CONNECTIONS - 1);
    }

    private static boolean isClosedByTheServer(Socket socket) {
        try {
            if (socket.isClosed()) {
                return false;
            }
            socket.setSoTimeout(1);
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void aHeaderSentByteByByteTimesOut() throws Exception {
        Socket slow = send("GET /health/live HTTP/1.1\r\nX: ");
        long start = System.nanoTime();
        Thread drip = new Thread(() -> drip(slow));
        drip.start();
        assertThat(answer(slow)).doesNotContain("200 OK");
        drip.join();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isLessThan(WatchServer.PATIENCE.plus(AT_ONCE).plus(AT_ONCE));
    }

    private static void drip(Socket slow) {
        try {
            while (true) {
                slow.getOutputStream().write('a');
                Thread.sleep(100);
            }
        } catch (IOException | InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aClientThatReadsNothingDoesNotDelayOtherRequests() throws Exception {
        String page = "GET /status HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n";
        for (int i = 0; i < 16; i++) {
            send(page.repeat(200));
        }
        assertAliveAtOnce();
    }

    static Stream<String> tooLarge() {
        return Stream.of(
                "GET /status HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(20_000) + "\r\n\r\n",
                "GET /notice HTTP/1.1\r\nHost: x\r\nAccept-Language: " + "abc,".repeat(75_000) + "\r\n\r\n",
                "GET /status HTTP/1.1\r\nHost: localhost\r\n"
                        + IntStream.range(0, 600)
                                .mapToObj(i -> "X-" + i + ": " + "a".repeat(8_000) + "\r\n")
                                .reduce("", String::concat)
                        + "\r\n");
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void tooLargeHeadersAreRefused(String request) throws Exception {
        String answer = answer(send(request));
        if (!answer.isEmpty()) {
            assertThat(status(answer)).isEqualTo(431);
        }
        assertThat(status(answer(send(tooLargeButRead())))).isEqualTo(431);
        assertAliveAtOnce();
    }

    /** Short enough for the server to read all of it, so that closing the connection does not lose the answer. */
    private static String tooLargeButRead() {
        return "GET /status HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(WatchServer.MOST_HEADER) + "\r\n\r\n";
    }

    @Test
    void aTooLongUrlIsRefused() throws Exception {
        assertThat(status(answer(send("GET /" + "a".repeat(WatchServer.MOST_HEADER) + " HTTP/1.1\r\nHost: x\r\n\r\n"))))
                .isEqualTo(414);
        assertThat(answer(send("GET /" + "a".repeat(3_000_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")))
                .doesNotContain("200 OK");
        assertAliveAtOnce();
    }

    @Test
    void theLongestAllowedAcceptLanguageIsAnsweredAtOnce() throws Exception {
        String wishes = IntStream.range(0, 700)
                .mapToObj(i -> "" + (char) ('a' + i % 26) + (char) ('a' + i / 26 % 26) + ";q=0." + (999 - i))
                .reduce((one, other) -> one + "," + other)
                .orElseThrow();
        long start = System.nanoTime();
        String answer = answer(send(
                "GET /notice HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Language: " + wishes + "\r\n\r\n"));
        assertThat(status(answer)).isEqualTo(429);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        String answer = answer(send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
                + "HEAD /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
                + LIVE));
        Matcher statuses = Pattern.compile("HTTP/1\\.1 ([0-9]{3})").matcher(answer);
        assertThat(statuses.results().map(each -> each.group(1))).containsExactly("200", "200", "404", "200");
    }

    @Test
    void anHttp10RequestNeedsNoHost() throws Exception {
        assertThat(status(answer(send("GET /status HTTP/1.0\r\n\r\n")))).isEqualTo(200);
    }

    @Test
    void aHeadHasTheLengthOfTheBodyAndNoBody() throws Exception {
        String answer = answer(send("HEAD /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assertThat(status(answer)).isEqualTo(200);
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("content-length: 6")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,200",
        "LOCALHOST.,200",
        "localhost:9482,200",
        "127.0.0.1,200",
        "[::1]:80,200",
        "10.1.2.3:9482,200",
        "status.example.org,200",
        "status.EXAMPLE.org:80,200",
        "evil.example,421",
        "localhost.evil.example,421",
        "127.0.0.1.evil.example,421",
        "evil.example:9482,421",
        "xn--localhost-,421"
    })
    void theStatusAnswersOnlyToTheDaemonsOwnNames(String host, int status) throws Exception {
        for (String path : List.of("/status", "/", "/metrics")) {
            assertThat(status(answer(
                            send("GET " + path + " HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n"))))
                    .as(path)
                    .isEqualTo(status);
        }
    }

    @Test
    void anAbsoluteUrlInTheRequestLineIsCheckedLikeHost() throws Exception {
        assertThat(status(answer(send(
                        "GET http://evil.example/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))))
                .isEqualTo(421);
        assertThat(status(answer(send(
                        "GET http://evil.example/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))))
                .isIn(400, 421);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/notice"})
    void healthAndNoticesRevealNothingAndAnswerToEveryName(String path) throws Exception {
        assertThat(status(answer(send("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))))
                .isEqualTo(path.equals("/notice") ? 429 : 200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%0aforged%20log HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET mailto:x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /status HTTP/1.1\r\n\r\n",
                "GET /status HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
                "GET /status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /notice HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /status HTTP/9.9\r\nHost: localhost\r\n\r\n",
                "GET /status\r\n\r\n",
                "\u0000\u0001\u0002\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET /notice?path=%zz&status=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            })
    void aRequestThatIsNotHttpGetsAPlainAnswer(String request) throws Exception {
        assertPlain(request, answer(send(request)));
        assertAliveAtOnce();
    }

    /** One line, without any trace of the program or of the request. */
    private static void assertPlain(String request, String answer) {
        int status = status(answer);
        assertThat(status).as(request).isBetween(200, 599).isNotEqualTo(500);
        assertThat(answer)
                .as(request)
                .hasSizeLessThan(20_000)
                .doesNotContain("Exception", "at io.spillway", "at org.eclipse", "etty", "forged")
                .doesNotContainPattern("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]");
    }

    @Test
    void anyBytesGetAnAnswerWithoutATraceOrAControlCharacter() throws Exception {
        Random random = new Random(20261129);
        List<String> seeds = List.of(
                "GET /notice?path=/api/works&status=429 HTTP/1.1\r\nHost: x\r\nAccept: text/html;q=0.5\r\n",
                "GET /status HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n",
                "POST /datasets/d/export HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n",
                "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n",
                "OPTIONS /notice HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: GET\r\n");
        for (int i = 0; i < FUZZ; i++) {
            byte[] request = (seeds.get(random.nextInt(seeds.size())) + "Connection: close\r\n\r\nab")
                    .getBytes(StandardCharsets.ISO_8859_1);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                request[random.nextInt(request.length)] = (byte) random.nextInt(256);
            }
            Socket socket = send(request);
            socket.shutdownOutput();
            String answer = answer(socket);
            if (!answer.isEmpty() && !answer.startsWith("HTTP/1.1 100")) {
                String head = answer.substring(0, answer.indexOf("\r\n\r\n") + 4);
                assertPlain(new String(request, StandardCharsets.ISO_8859_1), head);
                assertThat(answer).doesNotContain("Exception", "at io.spillway", "at org.eclipse");
            }
        }
        assertAliveAtOnce();
    }
}
