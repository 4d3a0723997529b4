package io.spillway.source.repository;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes metadata of a repository as a server does. */
final class BlobWriter {
    private BlobWriter() {}

    /** A file with its header and checksum. */
    static byte[] framed(byte[] body, String codec) {
        ByteBuffer file = ByteBuffer.allocate(body.length + codec.length() + 25);
        file.putInt(0x3FD76C17)
                .put((byte) codec.length())
                .put(codec.getBytes(StandardCharsets.US_ASCII))
                .putInt(1)
                .put(body)
                .putInt(0xC02893E8)
                .putInt(0);
        CRC32 crc = new CRC32();
        crc.update(file.array(), 0, file.position());
        return file.putLong(crc.getValue()).array();
    }
}
