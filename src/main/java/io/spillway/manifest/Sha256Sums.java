package io.spillway.manifest;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file that {@code sha256sum -c} reads: one line a file, hash, two blanks, name; in the order of the names. */
public final class Sha256Sums {
    /** The name of the file. */
    public static final String FILE_NAME = "SHA256SUMS";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([A-Za-z0-9._-]+)");

    private Sha256Sums() {}

    /** The file's bytes for hashes by file name. */
    public static byte[] write(Map<String, String> hashes) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(hashes)
                .forEach((name, hash) ->
                        text.append(hash).append("  ").append(name).append('\n'));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Hashes by file name; fails with {@link IllegalArgumentException} on a line that is none of ours. */
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
