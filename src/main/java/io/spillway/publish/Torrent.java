package io.spillway.publish;

import com.dampcake.bencode.Bencode;
import io.spillway.manifest.SideFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;

/**
 * The file {@code DATASET.torrent}: version 1 (BEP 3), which every client reads, with the dump's public addresses as web
 * seeds (BEP 19) and no tracker. The same files make the same bytes: no time stands in it.
 *
 * <p>The files are read once more for it: a piece spans the end of one file and the start of the next, and which file
 * comes next is certain only when all are written. Padding between the files (BEP 47) would allow to hash each one while
 * it is written, but aria2 1.36 and Transmission 3 take padding for files, and find none at a web seed.
 */
final class Torrent {
    private static final int SMALLEST_PIECE = 256 << 10;

    /** What a client has to fetch again where a piece is broken, and to keep in memory meanwhile. */
    private static final int LARGEST_PIECE = 16 << 20;

    /** 20 bytes each: a torrent of some 40 kB, which any client takes. */
    private static final int MANY_PIECES = 2_000;

    private static final int BUFFER = 128 << 10;

    private Torrent() {}

    /**
     * Reads the files and describes them.
     *
     * @param name    of the folder that clients make, and that web seeds have
     * @param files   in the order in which they are described; at least one with something in it
     * @param folder  where they lie
     * @param seeds   addresses of folders that have a folder {@code name} with these files; each ends with a slash
     * @param version Spillway's own
     * @throws IOException a file cannot be read, or is not as long as it was when it was written
     */
    static byte[] of(String name, List<SideFile> files, Path folder, List<URI> seeds, String version)
            throws IOException {
        int pieceBytes = pieceBytes(files.stream().mapToLong(SideFile::bytes).sum());
        Map<String, Object> info = Map.of(
                "files",
                files.stream().map(Torrent::entry).toList(),
                "name",
                name,
                "piece length",
                pieceBytes,
                "pieces",
                pieces(files, folder, pieceBytes));
        // The library sorts keys, as the format wants them.
        return new Bencode(StandardCharsets.UTF_8)
                .encode(Map.of(
                        "created by",
                        "Spillway/" + version,
                        "info",
                        info,
                        "url-list",
                        seeds.stream().map(URI::toString).toList()));
    }

    private static Map<String, Object> entry(SideFile file) {
        return Map.of("length", file.bytes(), "path", List.of(file.name()));
    }

    /** A power of two, as clients expect. */
    static int pieceBytes(long bytes) {
        int piece = SMALLEST_PIECE;
        while (piece < LARGEST_PIECE && bytes / piece >= MANY_PIECES) {
            piece *= 2;
        }
        return piece;
    }

    private static byte[] pieces(List<SideFile> files, Path folder, int pieceBytes) throws IOException {
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        MessageDigest piece = sha1();
        byte[] buffer = new byte[BUFFER];
        int left = pieceBytes;
        for (SideFile file : files) {
            long bytes = 0;
            try (InputStream in = Files.newInputStream(folder.resolve(file.name()))) {
                int read = in.read(buffer, 0, Math.min(buffer.length, left));
                while (read >= 0) {
                    piece.update(buffer, 0, read);
                    bytes += read;
                    left -= read;
                    if (left == 0) {
                        pieces.writeBytes(piece.digest());
                        left = pieceBytes;
                    }
                    read = in.read(buffer, 0, Math.min(buffer.length, left));
                }
            }
            if (bytes != file.bytes()) {
                throw new IOException(
                        "%s has %d bytes, and had %d when it was written".formatted(file.name(), bytes, file.bytes()));
            }
        }
        if (left < pieceBytes) {
            pieces.writeBytes(piece.digest());
        }
        return pieces.toByteArray();
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has it", e);
        }
    }
}
