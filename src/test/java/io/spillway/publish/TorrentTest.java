package io.spillway.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.dampcake.bencode.Bencode;
import com.dampcake.bencode.Type;
import io.spillway.destination.Digests;
import io.spillway.manifest.SideFile;
import io.spillway.support.Tool;
import io.spillway.support.WebServer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The requirements of BEP 3 and BEP 19, and how Transmission and aria2 read the result. */
@Timeout(120)
@Tag("slow")
class TorrentTest {
    private static final String NAME = "2026-11-21T030000Z";
    private static final int PIECE = 256 << 10;
    private static final URI SEED = URI.create("https://dumps.example.org/journals/");

    @TempDir
    private Path site;

    @TempDir
    private Path downloads;

    private final List<SideFile> files = new ArrayList<>();
    private Path folder;

    /** Lengths on both sides of the piece length, and an empty file. */
    @BeforeEach
    void files() throws Exception {
        folder = Files.createDirectories(site.resolve("journals").resolve(NAME));
        Random random = new Random(7);
        int[] lengths = {PIECE + 1, PIECE - 1, 0, 3 * PIECE + 17, 5};
        for (int i = 0; i < lengths.length; i++) {
            byte[] bytes = new byte[lengths[i]];
            random.nextBytes(bytes);
            String name = "journals.%05d.jsonl".formatted(i);
            Files.write(folder.resolve(name), bytes);
            files.add(new SideFile(name, bytes.length, Digests.sha256(bytes)));
        }
    }

    private byte[] torrent(URI... seeds) throws Exception {
        return Torrent.of(NAME, files, folder, List.of(seeds), "1.0");
    }

    private static Map<String, Object> decoded(byte[] torrent) {
        return new Bencode(StandardCharsets.UTF_8, true).decode(torrent, Type.DICTIONARY);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> info(byte[] torrent) {
        return (Map<String, Object>) decoded(torrent).get("info");
    }

    private static byte[] pieces(byte[] torrent) {
        ByteBuffer pieces = (ByteBuffer) info(torrent).get("pieces");
        byte[] bytes = new byte[pieces.remaining()];
        pieces.duplicate().get(bytes);
        return bytes;
    }

    @Test
    void piecesAreHashesOfAllFilesJoined() throws Exception {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (SideFile file : files) {
            joined.writeBytes(Files.readAllBytes(folder.resolve(file.name())));
        }
        byte[] all = joined.toByteArray();
        ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        for (int at = 0; at < all.length; at += PIECE) {
            byte[] piece = Arrays.copyOfRange(all, at, Math.min(all.length, at + PIECE));
            hashes.writeBytes(MessageDigest.getInstance("SHA-1").digest(piece));
        }
        assertThat(pieces(torrent(SEED))).isEqualTo(hashes.toByteArray());
    }

    @Test
    void aFullLastPieceIsNotFollowedByAnEmptyOne() throws Exception {
        files.subList(2, files.size()).clear();
        assertThat(pieces(torrent(SEED))).hasSize(2 * 20);
    }

    @Test
    void theSameFilesGiveTheSameBytes() throws Exception {
        byte[] first = torrent(SEED);
        assertThat(torrent(SEED)).isEqualTo(first);
        assertThat(decoded(first)).containsOnlyKeys("created by", "info", "url-list");
        assertThat(info(first)).containsOnlyKeys("files", "name", "piece length", "pieces");
    }

    @Test
    void aChangedFileIsDetected() throws Exception {
        Files.writeString(folder.resolve("journals.00004.jsonl"), "longer than it was");
        assertThatIOException()
                .isThrownBy(() -> torrent(SEED))
                .withMessage("journals.00004.jsonl has 18 bytes, expected 5");
    }

    @ParameterizedTest
    @CsvSource({"1, 262144", "524287999, 262144", "524288000, 524288", "10000000000, 8388608", "5000000000000, 16777216"
    })
    void largerDumpsHaveLargerPieces(long bytes, int piece) {
        assertThat(Torrent.pieceBytes(bytes)).isEqualTo(piece);
    }

    @Test
    void transmissionCreatesTheSamePieces() throws Exception {
        Path made = downloads.resolve("made.torrent");
        Tool.Result ended = Tool.run(
                downloads,
                "transmission-create",
                "-s",
                String.valueOf(PIECE >> 10),
                "-o",
                made.toString(),
                folder + "");
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        // It leaves out empty files, which are not part of any piece.
        assertThat(pieces(torrent(SEED))).isEqualTo(pieces(Files.readAllBytes(made)));
    }

    @Test
    void transmissionReadsIt() throws Exception {
        Path file = downloads.resolve("journals.torrent");
        Files.write(file, torrent(SEED, URI.create("https://mirror.example/a/")));
        Tool.Result shown = Tool.run(downloads, "transmission-show", file.toString());
        assertThat(shown.exitCode()).as(shown.output()).isZero();
        assertThat(shown.output())
                .contains("Name: " + NAME, "Piece Size: 256.0 KiB", "Created by: Spillway/1.0")
                .contains(NAME + "/journals.00000.jsonl", "Privacy: Public torrent");
    }

    @Test
    void aria2FetchesItFromOnlyAWebSeed() throws Exception {
        try (WebServer server = WebServer.serving(site)) {
            Path file = downloads.resolve("journals.torrent");
            Files.write(file, torrent(server.address().resolve("journals/")));
            Tool.Result ended = fetch(file);
            assertThat(ended.exitCode()).as(ended.output()).isZero();
        }
        for (SideFile each : files) {
            assertThat(downloads.resolve(NAME).resolve(each.name()))
                    .hasSameBinaryContentAs(folder.resolve(each.name()));
        }
    }

    private Tool.Result fetch(Path torrent) throws Exception {
        return Tool.run(
                downloads,
                "aria2c",
                "--no-conf",
                "-q",
                "--interface=127.0.0.1",
                "--seed-time=0",
                "--enable-dht=false",
                "--enable-dht6=false",
                "--bt-enable-lpd=false",
                "--enable-peer-exchange=false",
                "--bt-stop-timeout=30",
                torrent.toString());
    }
}
