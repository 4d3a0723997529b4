package io.spillway.support;

import io.spillway.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs a command in a JVM whose sockets and channels cannot be created, and which records the attempts. */
public final class NoNetwork extends SelectorProvider {
    private static final List<String> ATTEMPTS = new CopyOnWriteArrayList<>();

    /** Runs a command and returns its exit code and the attempts, in one line. */
    public static String run(Path folder, String... args) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.nio.channels.spi.SelectorProvider=" + NoNetwork.class.getName(),
                "-cp",
                System.getProperty("java.class.path"),
                NoNetwork.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out).strip();
    }

    /** Runs the command of these arguments. */
    @SuppressWarnings("deprecation") // the only way to see every socket
    public static void main(String[] args) throws IOException {
        Socket.setSocketImplFactory(() -> {
            throw refused("Socket");
        });
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        int exitCode = Main.run(nowhere, nowhere, args);
        System.out.printf("exit code %d, connections %s%n", exitCode, ATTEMPTS);
    }

    private static UnsupportedOperationException refused(String what) {
        ATTEMPTS.add(what);
        return new UnsupportedOperationException("no network");
    }

    @Override
    public DatagramChannel openDatagramChannel() {
        throw refused("DatagramChannel");
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
        throw refused("DatagramChannel");
    }

    @Override
    public Pipe openPipe() {
        throw refused("Pipe");
    }

    @Override
    public AbstractSelector openSelector() {
        throw refused("Selector");
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
        throw refused("ServerSocketChannel");
    }

    @Override
    public SocketChannel openSocketChannel() {
        throw refused("SocketChannel");
    }
}
