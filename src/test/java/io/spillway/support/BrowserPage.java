package io.spillway.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A tab of a {@link Browser}: what it shows, what it requested and which errors it logged. Belongs to one thread. */
public final class BrowserPage implements AutoCloseable {
    private static final long SECONDS = 30;

    /** Below this width a window counts as that of a phone. */
    private static final int NARROW = 500;

    private static final int HEIGHT = 900;

    private final Browser browser;
    private final String context;
    private final String session;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    BrowserPage(Browser browser, String context, String session) {
        this.browser = browser;
        this.context = context;
        this.session = session;
        browser.listen(session, this::heard);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    private void heard(String event, JsonNode said) {
        switch (event) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Page.javascriptDialogOpening" -> {
                complaints.add("dialog: " + said.path("message").textValue());
                // Not waited for, because the answer arrives on this thread.
                var unused = browser.send(session, "Page.handleJavaScriptDialog", Map.of("accept", true));
            }
            case "Runtime.consoleAPICalled" -> complaints.add("console: " + said.path("args"));
            case "Runtime.exceptionThrown" -> complaints.add("exception: " + said.path("exceptionDetails"));
            case "Log.entryAdded" ->
                complaints.add("log: " + said.at("/entry/text").textValue() + " "
                        + said.at("/entry/url").asText());
            case "Network.requestWillBeSent" ->
                requests.add(said.at("/request/url").textValue());
            default -> {
                // An event that no test needs.
            }
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return browser.call(session, method, parameters);
    }

    /** Sets the width of the window, in CSS pixels. */
    public BrowserPage width(int pixels) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", pixels < NARROW));
        return this;
    }

    /** {@code light} or {@code dark}: what the reader prefers. */
    public BrowserPage scheme(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        return this;
    }

    /** Pages run no scripts from now on. */
    public BrowserPage withoutScript() {
        call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        return this;
    }

    /** Opens a URL and waits until everything is loaded. */
    public BrowserPage open(URI address) {
        loaded = new CompletableFuture<>();
        JsonNode answer = call("Page.navigate", Map.of("url", address.toString()));
        assertThat(answer.path("errorText").asText("")).as(address.toString()).isEmpty();
        try {
            loaded.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(address + " did not load", e);
        }
        return this;
    }

    /** The value of an expression in the page, or of a promise once it is fulfilled. Fails if it throws. */
    public JsonNode evaluate(String expression) {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        assertThat(answer.has("exceptionDetails"))
                .as(answer.path("exceptionDetails").toString())
                .isFalse();
        return answer.at("/result/value");
    }

    /** The texts of an expression whose value is an array. */
    public List<String> texts(String expression) {
        List<String> texts = new ArrayList<>();
        JsonNode all = evaluate(expression);
        assertThat(all.isArray()).as(expression + ": " + all).isTrue();
        all.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /** Presses a key that types nothing: {@code Tab}, {@code Enter}. */
    public void press(String key, int code) {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
        }
    }

    /** The whole page as a picture, also kept in {@code target/screenshots/NAME.png} for inspection. */
    public byte[] screenshot(String name) throws IOException {
        JsonNode answer =
                call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip()));
        byte[] picture = Base64.getDecoder().decode(answer.path("data").textValue());
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(folder.resolve(name + ".png"), picture);
        return picture;
    }

    private Map<String, ?> clip() {
        JsonNode size = call("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
        return Map.of(
                "x",
                0,
                "y",
                0,
                "width",
                size.path("width").intValue(),
                "height",
                size.path("height").intValue(),
                "scale",
                1);
    }

    /** What it logged: errors, warnings, refused requests, exceptions, dialogs. */
    public List<String> complaints() {
        return complaints;
    }

    /** Every requested URL. */
    public List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        browser.call(null, "Target.disposeBrowserContext", Map.of("browserContextId", context));
    }
}
