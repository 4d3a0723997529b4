package io.spillway.manifest;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What turns the dump before into this dump, or why there is no such thing. Exactly one of {@code from} and
 * {@code newChain} is present. With {@code from}, {@code counts} and {@code digest} are present, too, and the files may be
 * none, if no document changed.
 *
 * @param key      what identifies a document: {@code _id}, or the dotted path of a field
 * @param from     the dump before, or null if a new chain begins with this dump
 * @param newChain why a new chain begins with this dump, for people; or null
 * @param counts   how many documents differ
 * @param digest   of the lines of both dumps
 * @param files    the files with the changes, sorted by name; each of them is also in the manifest's {@code files}
 */
public record Changes(
        String key,
        @Nullable From from,
        @Nullable String newChain,
        @Nullable Counts counts,
        @Nullable Digest digest,
        List<File> files) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SUM = Pattern.compile("[0-9a-f]{32}");
    /** Elasticsearch refuses longer paths in a mapping, in characters. */
    private static final int LONGEST_KEY = 32_766;
    /** No dump has as many documents. Sums of all files of a list stay within a long. */
    private static final long MOST_DOCUMENTS = 1L << 40;
    /** No file is as long, in bytes. */
    private static final long LONGEST_FILE = 1L << 44;

    /** @throws IllegalArgumentException if a member is missing, or members disagree */
    public Changes {
        Required.members("changes", key);
        requireKey(key);
        files = files == null ? List.of() : List.copyOf(files);
        if ((from == null) == (newChain == null)) {
            throw new IllegalArgumentException("changes need exactly one of from and new_chain");
        }
        if (from == null) {
            if (counts != null || digest != null || !files.isEmpty()) {
                throw new IllegalArgumentException("changes without from have no counts, digest and files");
            }
        } else if (counts == null || digest == null) {
            throw new IllegalArgumentException("changes with from lack counts or digest");
        } else {
            requireFiles(counts, files);
        }
    }

    /** The member of a dump that begins a new chain, for the given reason. */
    public static Changes newChain(String key, String reason) {
        return new Changes(key, null, reason, null, null, List.of());
    }

    /** @throws IllegalArgumentException if it is not {@code _id} and cannot be the path of a field */
    static void requireKey(String key) {
        if (key.isEmpty()
                || key.length() > LONGEST_KEY
                || key.chars().anyMatch(Character::isISOControl)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new IllegalArgumentException("the key of changes is not the path of a field");
        }
    }

    static void requireFiles(Counts counts, List<File> files) {
        Set<String> names = new HashSet<>();
        for (File file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("changes have two files called " + file.name());
            }
        }
        requireCount("changed", counts.added() + counts.changed(), documents(files, Kind.CHANGED));
        requireCount("deleted", counts.deleted(), documents(files, Kind.DELETED));
    }

    private static void requireCount(String kind, long expected, long found) {
        if (expected != found) {
            throw new IllegalArgumentException(
                    "files of kind %s have %d documents, expected %d".formatted(kind, found, expected));
        }
    }

    private static long documents(List<File> files, Kind kind) {
        return files.stream()
                .filter(file -> file.kind() == kind)
                .mapToLong(File::documents)
                .sum();
    }

    /** What a file holds. */
    public enum Kind {
        /** Lines of documents that are new or differ, as the dump has them. */
        CHANGED,
        /** Keys of documents that the dump before has and this dump has not. */
        DELETED,
        /** Both as a request to {@code _bulk}. */
        BULK;

        /** The word in files: lower case. */
        @Override
        public String toString() {
            return switch (this) {
                case CHANGED -> "changed";
                case DELETED -> "deleted";
                case BULK -> "bulk";
            };
        }
    }

    /**
     * The dump that the changes apply to.
     *
     * @param dump           its id
     * @param manifestSha256 SHA-256 of its {@code manifest.json}, lower-case hex
     */
    public record From(String dump, String manifestSha256) {
        /** @throws IllegalArgumentException if a member is missing or impossible */
        public From {
            Required.members("from of changes", dump, manifestSha256);
            requireSha256(manifestSha256);
        }
    }

    static void requireSha256(String hex) {
        if (!SHA256.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: \"" + hex + "\"");
        }
    }

    /**
     * How many documents differ. Documents of the dump before: {@code changed + deleted + unchanged}; of this dump: {@code
     * added + changed + unchanged}.
     *
     * @param added     documents whose key the dump before has not
     * @param changed   documents whose line differs
     * @param deleted   documents of the dump before whose key this dump has not
     * @param unchanged documents with the same line in both
     */
    public record Counts(long added, long changed, long deleted, long unchanged) {
        /** @throws IllegalArgumentException if one is negative, or larger than 2^40 */
        public Counts {
            for (long count : new long[] {added, changed, deleted, unchanged}) {
                if (count < 0 || count > MOST_DOCUMENTS) {
                    throw new IllegalArgumentException("changes have an impossible count: " + count);
                }
            }
        }

        /** Documents of the dump before. */
        public long before() {
            return changed + deleted + unchanged;
        }

        /** Documents of this dump. */
        public long after() {
            return added + changed + unchanged;
        }
    }

    /**
     * Sums over the lines of both dumps, whatever their order. The first 16 bytes of the SHA-256 of each line, without its line
     * end, are an unsigned number, the first byte the highest; the sum of these numbers modulo 2^128 in 32 digits of
     * lower-case hex.
     *
     * @param before over the lines of the dump before
     * @param after  over the lines of this dump
     */
    public record Digest(String before, String after) {
        /** @throws IllegalArgumentException if one is missing or has another form */
        public Digest {
            Required.members("the digest of changes", before, after);
            if (!SUM.matcher(before).matches() || !SUM.matcher(after).matches()) {
                throw new IllegalArgumentException("the digest of changes is not 32 digits of lower-case hex");
            }
        }
    }

    /**
     * A file with changes.
     *
     * @param name              its name, in the dump's folder
     * @param kind              what it holds
     * @param format            {@code jsonl} or {@code bulk}
     * @param compression       such as {@code gzip}, or {@code none}
     * @param bytes             length of the file
     * @param bytesUncompressed length of its uncompressed content
     * @param documents         number of documents, keys, or actions in it
     * @param sha256            of the file, lower-case hex
     */
    public record File(
            String name,
            Kind kind,
            String format,
            String compression,
            long bytes,
            long bytesUncompressed,
            long documents,
            String sha256) {
        /** @throws IllegalArgumentException if a member is missing or impossible */
        public File {
            Required.members("a file of changes", name, kind, format, compression, sha256);
            Required.fileName(name);
            requireSha256(sha256);
            if (!format.equals(kind == Kind.BULK ? "bulk" : "jsonl")) {
                throw new IllegalArgumentException(
                        "file %s of kind %s has the format %s".formatted(name, kind, format));
            }
            if (Math.min(bytes, bytesUncompressed) < 0 || Math.max(bytes, bytesUncompressed) > LONGEST_FILE) {
                throw new IllegalArgumentException(
                        "file %s has an impossible length: %d, %d".formatted(name, bytes, bytesUncompressed));
            }
            if (documents < 0 || documents > bytesUncompressed) {
                throw new IllegalArgumentException(
                        "file %s of %d bytes cannot have %d documents".formatted(name, bytesUncompressed, documents));
            }
        }
    }
}
