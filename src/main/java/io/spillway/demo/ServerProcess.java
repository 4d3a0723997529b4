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
 * A child process and the folder that it lives in; neither outlives us. Closing ends the process and deletes the folder,
 * and so does a normal end of this JVM, an interrupt from the terminal, or its death by SIGKILL.
 *
 * <p>Safe for use by many threads.
 */
final class ServerProcess implements AutoCloseable {
    /**
     * Starts the command and waits for it. Our end of the pipe on its standard input is the life line: the kernel closes
     * it however we die. The word "stop" before that means that we are alive and tidy up ourselves. An interrupt from
     * the terminal reaches the whole process group, and is ours to act on.
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

    /** An idle server ends within a second of SIGTERM; one that is being filled needs a few. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** After SIGKILL only the kernel has to tidy up. */
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
     * @param folder      belongs to the process from now on, and is deleted with it, also where this fails
     * @param environment added to what every program gets; an empty value takes a variable away
     */
    static ServerProcess start(Path folder, List<String> command, Map<String, String> environment)
            throws SpillwayException {
        List<String> whole = new ArrayList<>(List.of("/bin/sh", "-c", LIFE_LINE, "sh", folder.toString()));
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole)
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

    /** Where it lives. */
    Path folder() {
        return folder;
    }

    /** Waits for the end of the process, at most this long; says whether it has ended. */
    boolean ended(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How the command ended. Only after {@link #ended} said so. */
    int exitCode() {
        return process.exitValue();
    }

    /**
     * A process that closing has to see the end of, even where the one that started it has gone. To be told while it
     * lives: a handle knows its process from a later one with the same number.
     */
    synchronized void watch(ProcessHandle handle) {
        watched.add(handle);
    }

    /** The last lines that it printed, stack frames left out, joined into one line. */
    String lastLines() {
        try (Stream<String> all = Files.lines(console(folder), UTF_8)) {
            List<String> telling = all.filter(line -> !line.isBlank())
                    .filter(line -> !line.startsWith("\t"))
                    .map(line -> line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS) + "…")
                    .toList();
            return String.join(" | ", telling.subList(Math.max(0, telling.size() - SHOWN_LINES), telling.size()));
        } catch (IOException | UncheckedIOException unreadable) {
            return "its output cannot be read: " + unreadable.getMessage();
        }
    }

    /**
     * Ends the process, gently and after a while by force, and deletes the folder. Returns when nothing is left; once is
     * enough, later calls do nothing. An interrupt shortens the gentle part, and is still set afterwards.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        removeHook();
        Set<ProcessHandle> all = family();
        sayStop();
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
            // The JVM is ending: the hook runs now, or has nothing to do any more.
        }
    }

    private Set<ProcessHandle> family() {
        Set<ProcessHandle> all = new LinkedHashSet<>(watched);
        all.add(process.toHandle());
        process.descendants().forEach(all::add);
        return all;
    }

    private void sayStop() {
        try (OutputStream lifeLine = process.getOutputStream()) {
            lifeLine.write("stop\n".getBytes(UTF_8));
        } catch (IOException gone) {
            // The process has ended already.
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

    /** Deletes a folder; what cannot be deleted is left to the system's cleaning of temporary files. */
    static void deleteTree(Path root) {
        try {
            Folders.remove(root);
        } catch (IOException undeletable) {
            System.getLogger(ServerProcess.class.getName())
                    .log(System.Logger.Level.WARNING, "left behind folder={0} reason={1}", root, undeletable);
        }
    }
}
