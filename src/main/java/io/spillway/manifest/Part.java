package io.spillway.manifest;

import org.jspecify.annotations.Nullable;

/**
 * A file of documents in a dump, readable on its own.
 *
 * @param name              {@code journals-2026-11-21T030000Z.00007.jsonl.gz}: zero-padded, so that names sort by
 *                          number
 * @param format            such as {@code jsonl}
 * @param compression       such as {@code gzip}, or {@code none}
 * @param bytes             length of the file
 * @param bytesUncompressed length of its uncompressed content
 * @param documents         number of documents
 * @param sha256            of the file, lower-case hex
 * @param md5               of the file, lower-case hex; null unless the publisher wanted it or sends dumps to the
 *                          Internet Archive
 * @param sha1              of the file, lower-case hex; null like {@code md5}
 */
public record Part(
        String name,
        String format,
        String compression,
        long bytes,
        long bytesUncompressed,
        long documents,
        String sha256,
        @Nullable String md5,
        @Nullable String sha1) {

    /** @throws IllegalArgumentException if a member is missing or impossible */
    public Part {
        Required.members("a part", name, format, compression, sha256);
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
