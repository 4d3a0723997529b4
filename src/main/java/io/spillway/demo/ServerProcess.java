package io.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.ChildEnvironment;
import io.spillway.files.Folders;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A child process and its folder; neither outlives this JVM. Closing ends the process and deletes the folder, and so
 * does a normal exit of this JVM, an interrupt from the terminal, or its death by SIGKILL.
 *
 * <p>Thread-safe.
 */
final class ServerProcess implements AutoCloseable {
    /**
     * Starts the command and waits for it. The pipe to its standard input is the lifeline: the kernel closes it however
     * this JVM ends. If the word "stop" arrives first, this JVM is alive and cleans up itself. An interrupt from the
     * terminal reaches the whole process group, and is handled by this JVM.
     */
    private static final String LIFE_LINE = """
            trap '' INT
            folder=$1
            shift
            exec 3<&0 </dev/null
            "$@" 3<&- &
            server=$!
            {
                read -r word <&3
                [ "$word" = stop ] || : >"$folder/orphaned"
                kill -TERM $server
            } 2>/dev/null &
            guard=$!
            wait $server
            code=$?
            kill $guard 2>/dev/null
            wait $guard 2>/dev/null
            [ ! -e "$folder/orphaned" ] || rm -rf "$folder"
            exit $code
            """;

    /** An idle server stops within a second of SIGTERM; one that is indexing needs a few. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** After SIGKILL only the kernel has to clean up. */
    private static final Duration FORCED = Duration.ofSeconds(15);

    private static final int SHOWN_LINES = 6;
    private static final int SHOWN_CHARACTERS = 240;

    private final Path folder;
    private final Process process;
    private final Thread hook;
    private final Set<ProcessHandle> watched = new LinkedHashSet<>();
    private boolean closed;

    private ServerProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        this.hook = new Thread(this::close, "elasticsearch-shutdown");
    }

    /**
     * Starts a command that is stopped by SIGTERM. Its output goes to the file {@code console.log} in the folder.
     *
     * @param folder      owned by the process from now on, and deleted with it, even if this fails
     * @param environment added to the environment of child processes; an empty value removes a variable
     */
    static ServerProcess start(Path folder, List<String> command, Map<String, String> environment)
            throws SpillwayException {
        List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", LIFE_LINE, "sh", folder.toString()));
        wrapped.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(wrapped)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console(folder).toFile());
        ChildEnvironment.limit(builder);
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        ServerProcess started;
        try {
            started = new ServerProcess(folder, builder.start());
        } catch (IOException refused) {
            deleteTree(folder);
            throw new SpillwayException(
                    Fault.CONFIG, "cannot start Elasticsearch: " + refused.getMessage(), null, refused);
        }
        try {
            Runtime.getRuntime().addShutdownHook(started.hook);
        } catch (IllegalStateException ending) {
            started.close();
            throw new SpillwayException(Fault.CANCELLED, "stopped while Elasticsearch was starting", null, ending);
        }
        return started;
    }

    /** Its folder. */
    Path folder() {
        return folder;
    }

    /** Waits for the end of the process, at most this long; returns whether it has ended. */
    boolean ended(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The exit code of the command. Only valid after {@link #ended} returned true. */
    int exitCode() {
        return process.exitValue();
    }

    /**
     * Registers a process whose end closing must await, even if its parent has gone. Call while it is alive, because a
     * handle distinguishes it from a later process with the same pid.
     */
    synchronized void watch(ProcessHandle handle) {
        watched.add(handle);
    }

    /** The last lines of its output without stack frames, joined into one line. */
    String lastLines() {
        try (Stream<String> all = Files.lines(console(folder), UTF_8)) {
            List<String> telling = all.filter(line -> !line.isBlank())
                    .filter(line -> !line.startsWith("\t"))
                    .map(line -> line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…")
                    .toList();
            return String.join(" | ", telling.subList(Math.max(0, telling.size() - SHOWN_LINES), telling.size()));
        } catch (IOException | UncheckedIOException unreadable) {
            return "cannot read its output: " + unreadable.getMessage();
        }
    }

    /**
     * Stops the process, gracefully and then by force, and deletes the folder. Returns when both are gone; idempotent.
     * An interrupt shortens the graceful part, and stays set.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        removeHook();
        Set<ProcessHandle> all = family();
        sendStop();
        boolean interrupted = false;
        try {
            if (!awaitEnd(all, GRACE)) {
                force(all);
            }
        } catch (InterruptedException hurry) {
            interrupted = true;
            force(all);
        }
        deleteTree(folder);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The JVM is exiting: the hook is running, or has nothing left to do.
        }
    }

    private Set<ProcessHandle> family() {
        Set<ProcessHandle> all = new LinkedHashSet<>(watched);
        all.add(process.toHandle());
        process.descendants().forEach(all::add);
        return all;
    }

    private void sendStop() {
        try (OutputStream lifeLine = process.getOutputStream()) {
            lifeLine.write("stop\n".getBytes(UTF_8));
        } catch (IOException gone) {
            // The process has already ended.
        }
    }

    private void force(Set<ProcessHandle> known) {
        Set<ProcessHandle> all = family(); // a launcher that was just starting may have children by now
        all.addAll(known);
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            awaitEnd(all, FORCED);
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitEnd(Collection<ProcessHandle> handles, Duration limit) throws InterruptedException {
        try {
            CompletableFuture.allOf(handles.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private static Path console(Path folder) {
        return folder.resolve("console.log");
    }

    /** Deletes a folder; what cannot be deleted is left to the system's cleanup of temporary files. */
    static void deleteTree(Path root) {
        try {
            Folders.remove(root);
        } catch (IOException undeletable) {
            System.getLogger(ServerProcess.class.getName())
                    .log(System.Logger.Level.WARNING, "left behind folder={0} reason={1}", root, undeletable);
        }
    }
}
