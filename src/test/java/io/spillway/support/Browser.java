package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A headless Chromium, controlled by the DevTools protocol. It reaches only loopback, has a profile of its own, and
 * does not outlive this JVM. Tests are skipped visibly if it is not installed. Safe for many threads.
 */
public final class Browser implements AutoCloseable {
    private static final long SECONDS = 30;
    private static final String LISTENING = "DevTools listening on ";

    /**
     * The browser lives as long as our end of the pipe on its shell's standard input is open, however this process
     * dies.
     */
    private static final String LIFE_LINE = """
            exec 3<&0 </dev/null
            "$@" 3<&- &
            browser=$!
            { read -r word <&3; kill -TERM $browser; } 2>/dev/null &
            guard=$!
            exec 3<&-
            wait $browser
            kill $guard 2>/dev/null
            """;

    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final Path profile;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final Map<String, BiConsumer<String, JsonNode>> pages = new ConcurrentHashMap<>();
    private final WebSocket socket;

    private Browser(Process process, Path profile, URI address) {
        this.process = process;
        this.profile = profile;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(address, new Ear())
                .join();
    }

    /** Starts a browser. */
    public static Browser start() throws IOException {
        Path program = Tool.find("chromium", "chromium-browser", "google-chrome")
                .orElseGet(() -> Assumptions.abort("no browser is installed: apt-get install chromium"));
        Path profile = Files.createTempDirectory("spillway-browser");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", LIFE_LINE, "sh", program.toString()));
        command.addAll(List.of(
                "--headless",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-default-apps",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--disable-gpu",
                "--disable-sync",
                "--force-color-profile=srgb",
                "--lang=en-US",
                "--no-first-run",
                "--no-proxy-server"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--no-sandbox"); // not possible as root; it only loads our own pages
        }
        command.add("about:blank");
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Browser(process, profile, address(process));
    }

    private static URI address(Process process) throws IOException {
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread rest = new Thread(() -> said.lines().forEach(each -> {}), "browser-output");
                rest.setDaemon(true);
                rest.start();
                return URI.create(line.substring(LISTENING.length()).strip());
            }
            all.append(line).append('\n');
        }
        throw new IOException("the browser has ended: " + all);
    }

    /** A new, empty page with storage of its own. */
    public BrowserPage page() {
        String context = call(null, "Target.createBrowserContext", Map.of())
                .path("browserContextId")
                .textValue();
        String target = call(
                        null,
                        "Target.createTarget",
                        Map.of("url", "about:blank", "browserContextId", context, "width", 1400, "height", 900))
                .path("targetId")
                .textValue();
        String session = call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .textValue();
        return new BrowserPage(this, context, session);
    }

    /** Sends events of a session there from now on. */
    void listen(String session, BiConsumer<String, JsonNode> listener) {
        pages.put(session, listener);
    }

    /** Calls a method and waits for its answer. Fails if that is an error, or if there is none. */
    JsonNode call(String session, String method, Map<String, ?> parameters) {
        try {
            return send(session, method, parameters).get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(method + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Calls a method; the answer arrives later. */
    synchronized CompletableFuture<JsonNode> send(String session, String method, Map<String, ?> parameters) {
        int id = lastId.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText(message.toString(), true).join();
        return answer;
    }

    /** Reassembles messages and forwards them. */
    private final class Ear implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                String whole = message.toString();
                message.setLength(0);
                hear(whole);
            }
            from.request(1);
            return null;
        }

        private void hear(String text) {
            try {
                JsonNode message = JSON.readTree(text);
                if (message.has("id")) {
                    CompletableFuture<JsonNode> answer =
                            waiting.remove(message.path("id").intValue());
                    if (message.has("error")) {
                        answer.completeExceptionally(
                                new IOException(message.path("error").toString()));
                    } else {
                        answer.complete(message.path("result"));
                    }
                } else if (message.has("sessionId")) {
                    pages.getOrDefault(message.path("sessionId").textValue(), (method, event) -> {})
                            .accept(message.path("method").textValue(), message.path("params"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Ends it, and deletes its profile. */
    @Override
    public void close() throws Exception {
        socket.abort();
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            all.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        for (ProcessHandle each : all) {
            each.onExit().get(SECONDS, TimeUnit.SECONDS);
        }
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
        assertThat(profile).doesNotExist();
    }
}
