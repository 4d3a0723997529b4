package io.spillway.manifest;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file for {@code sha256sum -c}: a line per file with hash, two blanks and name, sorted by name. */
public final class Sha256Sums {
    /** The file name. */
    public static final String FILE_NAME = "SHA256SUMS";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([A-Za-z0-9._-]+)");

    private Sha256Sums() {}

    /** Returns the file's content for hashes by file name. */
    public static byte[] write(Map<String, String> hashes) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(hashes)
                .forEach((name, hash) ->
                        text.append(hash).append("  ").append(name).append('\n'));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Parses the file into hashes by file name.
     *
     * @throws IllegalArgumentException if a line has another form
     */
    public static SortedMap<String, String> read(byte[] file) {
        SortedMap<String, String> hashes = new TreeMap<>();
        new String(file, StandardCharsets.UTF_8).lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not a line of " + FILE_NAME + ": \"" + line + "\"");
            }
            hashes.put(matcher.group(2), matcher.group(1));
        });
        return hashes;
    }
}
