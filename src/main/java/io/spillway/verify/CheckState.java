package io.spillway.verify;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records which files were verified, so that an interrupted check can continue. A file of independent JSON lines: a
 * line counts only for exactly the same manifest, by its SHA-256, at the same place. An incomplete last line is
 * ignored. Thread-safe.
 */
public final class CheckState {
    /** The start of each line, and so of every state file that is not empty. */
    private static final String START = "{\"where\":";

    private final @Nullable Path file;
    private final Set<Fact> facts = new HashSet<>();

    /** What identifies a verified file. */
    private record Fact(String where, String manifest, String name, long bytes, String sha256) {}

    /**
     * A line of the file.
     *
     * @param where    the dump's location
     * @param manifest SHA-256 of its manifest
     * @param name     the verified file
     * @param bytes    its length
     * @param sha256   its hash
     * @param at       when it was verified
     */
    private record Line(String where, String manifest, String name, long bytes, String sha256, Instant at) {
        Line {
            if (where == null || manifest == null || name == null || sha256 == null || at == null) {
                throw new IllegalArgumentException("a member is missing");
            }
        }

        Fact fact() {
            return new Fact(where, manifest, name, bytes, sha256);
        }
    }

    private CheckState(@Nullable Path file) {
        this.file = file;
    }

    /** A state that is kept in memory only. */
    public static CheckState forgetful() {
        return new CheckState(null);
    }

    /**
     * Loads the state from {@code file}, which may be missing.
     *
     * @throws SpillwayException {@code CONFIG} if it is another kind of file
     */
    public static CheckState open(Path file) throws SpillwayException {
        CheckState state = new CheckState(file);
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                state.read(file);
            }
            return state;
        } catch (IOException e) {
            throw unusable(file, "cannot be read or written: " + e.getMessage(), e);
        }
    }

    private void read(Path file) throws IOException, SpillwayException {
        try (InputStream in = Files.newInputStream(file)) {
            String start = new String(in.readNBytes(START.length()), StandardCharsets.ISO_8859_1);
            if (!START.startsWith(start)) {
                throw unusable(file, "is not a state file: it has another beginning", null);
            }
        }
        String text = Files.readString(file);
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).lines().toList()) {
            try {
                facts.add(line(line).fact());
            } catch (SpillwayException e) {
                throw unusable(file, "is not a state file: it contains an invalid line", e);
            }
        }
        if (whole < text.length()) {
            Files.writeString(file, text.substring(0, whole));
        }
    }

    private static Line line(String text) throws SpillwayException {
        return ManifestJson.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Line.class, "a line", "of a state");
    }

    /** Whether that file of that dump has been verified. */
    synchronized boolean knows(String where, String manifest, String name, long bytes, String sha256) {
        return facts.contains(new Fact(where, manifest, name, bytes, sha256));
    }

    /** Records that a file was verified; written before the call returns. */
    synchronized void remember(String where, String manifest, String name, long bytes, String sha256)
            throws SpillwayException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Line line = new Line(where, manifest, name, bytes, sha256, now);
        if (file != null && facts.add(line.fact())) {
            String text = new String(ManifestJson.writeLine(line), StandardCharsets.UTF_8) + "\n";
            try {
                Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw unusable(file, "cannot be written: " + e.getMessage(), e);
            }
        }
    }

    /** Clears the state and removes the file, so that the next check starts from the beginning. */
    public synchronized void done() throws SpillwayException {
        facts.clear();
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw unusable(file, "cannot be removed: " + e.getMessage(), e);
            }
        }
    }

    private static SpillwayException unusable(Path file, String what, @Nullable Throwable cause) {
        return new SpillwayException(
                Fault.CONFIG, "state file " + file + " " + what, "use a separate file in a writable folder", cause);
    }
}
