package io.spillway.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A dataset's folder in a directory that is published to, seen as its readers see it: only by names.
 *
 * @param root    the directory
 * @param dataset the folder in it
 */
public record DatasetFolder(Path root, String dataset) {

    /** Folders that readers see, the oldest first. */
    public List<Path> dumps() throws IOException {
        return entries().stream()
                .filter(entry -> !isHidden(entry))
                .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                .toList();
    }

    /** The newest of them. */
    public Path newestDump() throws IOException {
        List<Path> dumps = dumps();
        return dumps.get(dumps.size() - 1);
    }

    /** Leftovers of runs: hidden names, except the lock file, which stays. */
    public List<Path> leftOvers() throws IOException {
        return entries().stream()
                .filter(DatasetFolder::isHidden)
                .filter(entry -> !entry.endsWith(".spillway.lock") && !entry.endsWith(".spillway.memory.json"))
                .toList();
    }

    private List<Path> entries() throws IOException {
        Path folder = root.resolve(dataset);
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    private static boolean isHidden(Path entry) {
        return entry.getFileName().toString().startsWith(".");
    }

    /** Every line of every part of a dump, in order. */
    public static List<String> lines(Path dump) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(dump)) {
            for (Path part : (Iterable<Path>) files.sorted()::iterator) {
                if (part.toString().endsWith(".jsonl.gz")) {
                    try (InputStream in = new GZIPInputStream(Files.newInputStream(part))) {
                        // Not String.lines(): JSON may contain U+2028, and a carriage return is never a line end.
                        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                        lines.addAll(List.of(text.isEmpty() ? new String[0] : text.split("\n")));
                    }
                }
            }
        }
        return lines;
    }

    /** The differences between two lists, regardless of order; empty if they are the same. */
    public static String difference(List<String> expected, List<String> found) {
        Map<String, Integer> counts = new HashMap<>();
        expected.forEach(line -> counts.merge(line, 1, Integer::sum));
        found.forEach(line -> counts.merge(line, -1, Integer::sum));
        counts.values().removeIf(count -> count == 0);
        if (counts.isEmpty()) {
            return "";
        }
        int missing = counts.values().stream()
                .filter(count -> count > 0)
                .mapToInt(c -> c)
                .sum();
        int surplus = -counts.values().stream()
                .filter(count -> count < 0)
                .mapToInt(c -> c)
                .sum();
        return "%d lines missing, %d too many, such as %s"
                .formatted(missing, surplus, counts.keySet().iterator().next());
    }
}
