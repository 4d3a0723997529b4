package io.spillway.apply;

import io.spillway.manifest.Part;
import java.util.List;

/**
 * The file {@code copy.json} of a folder that an update wrote: of which dump its lines are, and its files. It is written last;
 * without it, there is no copy.
 *
 * @param formatVersion  {@link #FORMAT_VERSION}
 * @param dataset        the dataset's name
 * @param dump           id of the dump whose lines these are, in another order and in other files
 * @param manifestSha256 SHA-256 of that dump's {@code manifest.json}, lower-case hex
 * @param documents      number of documents
 * @param wrapped        whether lines have the document in {@code _source}, beside its {@code _id}
 * @param digest         sum over the lines, see {@link io.spillway.manifest.Changes.Digest}
 * @param parts          the files with lines, sorted by name
 */
public record CopyFile(
        int formatVersion,
        String dataset,
        String dump,
        String manifestSha256,
        long documents,
        boolean wrapped,
        String digest,
        List<Part> parts) {
    /** Increases if readers of an older version would misread a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** The file name. */
    public static final String FILE_NAME = "copy.json";

    /** @throws IllegalArgumentException if a member is missing, or members disagree */
    public CopyFile {
        if (formatVersion != FORMAT_VERSION) {
            throw new IllegalArgumentException("unsupported format " + formatVersion + " of a copy, expected 1");
        }
        if (dataset == null || dump == null || manifestSha256 == null || digest == null || parts == null) {
            throw new IllegalArgumentException("a member is missing");
        }
        parts = List.copyOf(parts);
        long found = parts.stream().mapToLong(Part::documents).sum();
        if (found != documents) {
            throw new IllegalArgumentException("its parts have " + found + " documents, expected " + documents);
        }
    }
}
