package io.spillway.compress;

import io.spillway.compress.Compression.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Contents to compress, and both directions in one call. */
public final class Samples {
    private Samples() {}

    /** Every codec that compresses, at its cheapest level: a thousand xz streams at level 6 take minutes. */
    public static List<Compression> cheapest() {
        return compressing()
                .map(codec -> new Compression(codec, codec.minLevel()))
                .toList();
    }

    /** Every codec that compresses, at its default level. */
    public static List<Compression> usual() {
        return compressing()
                .map(codec -> new Compression(codec, codec.defaultLevel()))
                .toList();
    }

    private static Stream<Codec> compressing() {
        return Arrays.stream(Codec.values()).filter(codec -> codec != Codec.NONE);
    }

    public static byte[] compress(Compression compression, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = compression.compress(out)) {
            stream.write(content);
        }
        return out.toByteArray();
    }

    public static byte[] decompress(Compression compression, byte[] compressed) throws IOException {
        try (InputStream in = compression.decompress(new ByteArrayInputStream(compressed))) {
            return in.readAllBytes();
        }
    }

    /** Writes in seeded pieces, including single bytes and flushes. */
    public static byte[] compressInCuts(Compression compression, byte[] content, Random random) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream stream = compression.compress(out)) {
            int at = 0;
            while (at < content.length) {
                switch (random.nextInt(4)) {
                    case 0 -> stream.write(content[at++]);
                    case 1 -> stream.flush();
                    default -> {
                        int length = Math.min(1 + random.nextInt(1 << random.nextInt(19)), content.length - at);
                        stream.write(content, at, length);
                        at += length;
                    }
                }
            }
        }
        return out.toByteArray();
    }

    /** Compresses about as well as JSON Lines do. */
    public static byte[] text(long seed, int length) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(length + 60);
        while (text.length() < length) {
            text.append("{\"id\": \"")
                    .append(random.nextInt(1_000_000))
                    .append("\", \"title\": \"journal of things\"}\n");
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    public static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    public static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
