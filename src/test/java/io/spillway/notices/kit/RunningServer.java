package io.spillway.notices.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A server as a child process that ends with this JVM, however that ends: its shell waits for our end of a pipe. It
 * never runs as root, because root can read every file.
 */
final class RunningServer implements AutoCloseable {
    private static final String LIFE_LINE = """
            exec 3<&0 </dev/null
            "$@" 3<&- &
            server=$!
            { read -r word <&3; kill -TERM $server; } 2>/dev/null &
            guard=$!
            wait $server
            code=$?
            kill $guard 2>/dev/null
            exit $code
            """;

    private static final long START_SECONDS = 60;

    private final Process process;
    private final Path output;

    private RunningServer(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** The program. Skips the test visibly if it is not installed. */
    static Path program(String debianPackage, String... names) {
        Path program = KitCheck.program(List.of(names)).orElse(null);
        Assumptions.assumeTrue(program != null, "no " + names[0] + ": install Debian's " + debianPackage);
        return program;
    }

    /** Starts it and waits until it listens on the port. The server's user becomes the owner of the folder. */
    static RunningServer start(Path folder, int port, List<String> command) throws Exception {
        List<String> whole = new ArrayList<>(List.of("/bin/sh", "-c", LIFE_LINE, "sh"));
        if (isRoot()) {
            // Debian's setpriv also knows the user by this name on every system.
            Files.setOwner(
                    folder,
                    FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
            whole.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"));
        }
        whole.addAll(command);
        Path output = folder.resolveSibling(folder.getFileName() + ".out");
        ProcessBuilder builder = new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(Map.of("HOME", folder.toString(), "XDG_DATA_HOME", folder.toString()));
        builder.environment().put("XDG_CONFIG_HOME", folder.toString());
        RunningServer server = new RunningServer(builder.start(), output);
        server.awaitPort(port, folder);
        return server;
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private void awaitPort(int port, Path folder) throws Exception {
        long start = System.nanoTime();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException notYet) {
                boolean late = System.nanoTime() - start > TimeUnit.SECONDS.toNanos(START_SECONDS);
                if (late || process.waitFor(50, TimeUnit.MILLISECONDS)) {
                    String said = Files.readString(output) + errors(folder);
                    close();
                    throw new AssertionError("the server does not listen: " + said);
                }
            }
        }
    }

    private static String errors(Path folder) throws IOException {
        Path log = folder.resolve("error.log");
        return Files.isReadable(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }
}
