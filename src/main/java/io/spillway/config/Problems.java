package io.spillway.config;

import com.fasterxml.jackson.core.JsonPointer;
import io.spillway.fault.Fault;
import io.spillway.fault.Printable;
import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects the problems of one file, and the lines of its keys. For use by one thread. */
final class Problems {
    private final String file;
    private final Map<JsonPointer, Integer> lines = new HashMap<>();
    private final List<Problem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    /** Records the line, from 1, on which a key or an item starts. */
    void place(JsonPointer key, int line) {
        lines.put(key, line);
    }

    /** Adds a problem of a key, on its line; for a missing key, on the line of its parent. */
    void add(JsonPointer key, String what) {
        add(lineOf(key), key, what);
    }

    /** Adds a problem on a given line. */
    void add(int line, JsonPointer key, String what) {
        found.add(new Problem(line, key.toString(), what));
    }

    int lineOf(JsonPointer key) {
        for (JsonPointer at = key; at != null; at = at.head()) {
            Integer line = lines.get(at);
            if (line != null) {
                return line;
            }
        }
        return 1;
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    boolean has(JsonPointer key) {
        return found.stream().anyMatch(problem -> problem.key.equals(key.toString()));
    }

    /** Whether this key or anything below it has a problem. */
    boolean hasWithin(JsonPointer key) {
        return has(key) || found.stream().anyMatch(problem -> problem.key.startsWith(key + "/"));
    }

    /** All problems as one failure, ordered by line. */
    SpillwayException failure() {
        String lines = found.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparing(Problem::key))
                .map(problem -> problem.describe(file))
                .collect(Collectors.joining("\n"));
        String summary = found.size() == 1 ? "" : found.size() + " problems in " + file + "\n";
        return new SpillwayException(
                Fault.CONFIG,
                summary + lines,
                "docs/configuration.md lists every key with its type, default and limits");
    }

    private record Problem(int line, String key, String what) {
        String describe(String file) {
            return file + ":" + line + ": " + (key.isEmpty() ? "" : Printable.line(key) + ": ") + Printable.line(what);
        }
    }
}
