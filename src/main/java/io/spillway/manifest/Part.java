package io.spillway.manifest;

/**
 * One file of documents in a dump, readable alone.
 *
 * @param name              {@code journals-2026-11-21T030000Z.00007.jsonl.gz}: padded, so that names sort as they count
 * @param format            {@code jsonl}
 * @param compression       {@code gzip} or {@code none}
 * @param bytes             length of the file
 * @param bytesUncompressed length of what it holds
 * @param documents         how many documents that is
 * @param sha256            of the file, lower-case hex
 * @param md5               of the file, lower-case hex
 * @param sha1              of the file, lower-case hex
 */
public record Part(
        String name,
        String format,
        String compression,
        long bytes,
        long bytesUncompressed,
        long documents,
        String sha256,
        String md5,
        String sha1) {

    /** Fails where a member is missing, or could not be true. */
    public Part {
        Required.members("a part", name, format, compression, sha256, md5, sha1);
        Required.fileName(name);
        if (bytes < 0 || bytesUncompressed < 0 || documents < 0) {
            throw new IllegalArgumentException("part " + name + " has a negative length or count");
        }
    }

    /** The same part under another name. */
    public Part named(String newName) {
        return new Part(newName, format, compression, bytes, bytesUncompressed, documents, sha256, md5, sha1);
    }
}
