package io.spillway.publish;

import com.dampcake.bencode.Bencode;
import io.spillway.destination.Digests;
import io.spillway.manifest.SideFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * The file {@code DATASET.torrent}: version 1 (BEP 3), which every client reads, with the dump's public URLs as web
 * seeds (BEP 19) and no tracker. It contains no time, so the same files yield the same bytes.
 *
 * <p>Creating it reads the files once more: a piece may span the end of one file and the start of the next, and the
 * order of files is known only when all are written. Padding between the files (BEP 47) would allow hashing while they
 * are written, but aria2 1.36 and Transmission 3 treat padding as files, which a web seed does not have.
 */
final class Torrent {
    private static final int SMALLEST_PIECE = 256 << 10;

    /** The amount that a client fetches again if a piece is broken, and keeps in memory meanwhile. */
    private static final int LARGEST_PIECE = 16 << 20;

    /** At 20 bytes each, a torrent of about 40 kB, which any client accepts. */
    private static final int MANY_PIECES = 2_000;

    private static final int BUFFER = 128 << 10;

    private Torrent() {}

    /**
     * Reads the files and returns the torrent.
     *
     * @param name    of the folder that clients create, and of the folder at the web seeds
     * @param files   in the order of the torrent; at least one that is not empty
     * @param folder  the folder that contains them
     * @param seeds   URLs of folders that contain a folder {@code name} with these files; each ends with a slash
     * @param version the version of Spillway
     * @throws IOException if a file cannot be read, or its length has changed since it was written
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
        // The library sorts keys, as the format requires.
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

    /** Returns a power of two, as clients expect. */
    static int pieceBytes(long bytes) {
        int piece = SMALLEST_PIECE;
        while (piece < LARGEST_PIECE && bytes / piece >= MANY_PIECES) {
            piece *= 2;
        }
        return piece;
    }

    private static byte[] pieces(List<SideFile> files, Path folder, int pieceBytes) throws IOException {
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        MessageDigest piece = Digests.sha1();
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
                throw new IOException("%s has %d bytes, expected %d".formatted(file.name(), bytes, file.bytes()));
            }
        }
        if (left < pieceBytes) {
            pieces.writeBytes(piece.digest());
        }
        return pieces.toByteArray();
    }
}
