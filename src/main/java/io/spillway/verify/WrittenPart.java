package io.spillway.verify;

/**
 * A part as its writer left it, before it was read back.
 *
 * @param name              of the file
 * @param format            such as {@code jsonl}
 * @param compression       such as {@code gzip}, or {@code none}
 * @param bytes             length of the file
 * @param bytesUncompressed length of its uncompressed content
 * @param documents         number of documents
 * @param fileCrc           CRC-32C of the bytes given to the file
 * @param contentCrc        CRC-32C of the bytes given to the compressor
 */
public record WrittenPart(
        String name,
        String format,
        String compression,
        long bytes,
        long bytesUncompressed,
        long documents,
        int fileCrc,
        int contentCrc) {}
