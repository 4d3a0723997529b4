package io.spillway.daemon;

import io.spillway.support.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real PostgreSQL on loopback, from the system's package. Skips the test visibly if it is not installed. */
final class PostgresServer implements AutoCloseable {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");

    private final Path bin;
    private final Path data;
    private final int port;

    private PostgresServer(Path bin, Path data, int port) {
        this.bin = bin;
        this.data = data;
        this.port = port;
    }

    static PostgresServer start() throws Exception {
        PostgresServer server =
                new PostgresServer(bin(), Files.createTempDirectory("spillway-postgres"), FreePorts.next());
        if (isRoot()) {
            // The server refuses to run as root.
            server.run(List.of("chown", "-R", "postgres", server.data.toString()));
        }
        server.tool("initdb", "-D", server.data + "/db", "-U", "spillway", "--auth=trust", "--no-sync");
        String options = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -p " + server.port;
        server.tool("pg_ctl", "-D", server.data + "/db", "-l", server.data + "/log", "-w", "-o", options, "start");
        return server;
    }

    private static Path bin() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(INSTALLED), "no PostgreSQL server: install Debian's postgresql");
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            Path newest = versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Path::compareTo)
                    .orElse(null);
            Assumptions.assumeTrue(newest != null, "no PostgreSQL server: install Debian's postgresql");
            return newest;
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=spillway";
    }

    private void tool(String name, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
        }
        command.add(bin.resolve(name).toString());
        command.addAll(List.of(args));
        run(command);
    }

    private void run(List<String> command) throws Exception {
        Path out = Files.createTempFile("spillway-postgres", ".out");
        int exitCode = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start()
                .waitFor();
        String said = Files.readString(out);
        Files.delete(out);
        if (exitCode != 0) {
            throw new IOException(command + " ended with " + exitCode + ": " + said);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    @Override
    public void close() throws Exception {
        tool("pg_ctl", "-D", data + "/db", "-m", "immediate", "-w", "stop");
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(each);
            }
        }
    }
}
