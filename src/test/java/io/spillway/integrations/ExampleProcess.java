package io.spillway.integrations;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An example of docs/integrations as a separate process, on a free port of loopback, which it prints. It ends when it
 * is closed, and with this JVM, however that ends.
 */
final class ExampleProcess implements AutoCloseable {
    /** The shell ends the command when our end of the pipe on its standard input is closed, and ends with it. */
    private static final String LIFE_LINE = """
            exec 3<&0 </dev/null
            "$@" 3<&- &
            program=$!
            { read -r word <&3; kill -TERM $program; } >/dev/null 2>&1 &
            guard=$!
            wait $program
            kill $guard 2>/dev/null
            """;

    /** Long enough that only a hang exceeds it. */
    private static final Duration HANG = Duration.ofSeconds(8);

    private final Process process;
    private final URI address;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ExampleProcess(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts it and waits until it has printed its address.
     *
     * @param folder receives its other output
     */
    static ExampleProcess start(Path folder, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of("sh", "-c", LIFE_LINE, "sh"));
        whole.addAll(command);
        Path errors = Files.createTempFile(folder, "example", ".log");
        ProcessBuilder builder = new ProcessBuilder(whole).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = output.readLine();
            while (line != null && !line.startsWith("http://")) {
                line = output.readLine();
            }
            if (line == null) {
                throw new IOException(command + " printed no address: " + Files.readString(errors));
            }
            return new ExampleProcess(process, URI.create(line));
        } catch (IOException e) {
            end(process);
            throw e;
        }
    }

    /** The answer to a GET. */
    Answer get(String path, String accept, String userAgent) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .timeout(HANG)
                .header("Accept", accept)
                .header("User-Agent", userAgent)
                .build();
        return new Answer(client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
    }

    @Override
    public void close() throws InterruptedException {
        end(process);
    }

    private static void end(Process process) throws InterruptedException {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has already exited.
        }
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }
}
