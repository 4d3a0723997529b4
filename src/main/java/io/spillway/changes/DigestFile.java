package io.spillway.changes;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/** A file of {@link DigestRecord}s, sorted by the digests of their keys. */
final class DigestFile {
    /** Large enough that the disk does not handle single records, small enough for the files of one merge. */
    static final int BUFFER = 64 << 10;

    private DigestFile() {}

    /** What was written. */
    record Written(Path file, long records, long bytes, long crc, DigestSum keys, DigestSum lines) {}

    /** Writes records in the order in which they come. Not thread-safe. */
    static final class Writer implements Closeable {
        private final Path file;
        private final CheckedOutputStream checked;
        private final DataOutputStream out;
        private final DigestSum keys = new DigestSum();
        private final DigestSum lines = new DigestSum();
        private long records;

        /** Creates the file, which only its owner can read: its folder is private. */
        Writer(Path file) throws IOException {
            this.file = file;
            OutputStream disk = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.checked = new CheckedOutputStream(disk, new CRC32C());
            this.out = new DataOutputStream(new BufferedOutputStream(checked, BUFFER));
        }

        void write(DigestRecord each) throws IOException {
            each.write(out);
            keys.add(each.keyHigh, each.keyLow);
            lines.add(each.lineHigh, each.lineLow);
            records++;
        }

        Written finish() throws IOException {
            out.close();
            return new Written(
                    file, records, Files.size(file), checked.getChecksum().getValue(), keys, lines);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** Reads records one after the other. Not thread-safe. */
    static final class Reader implements Closeable {
        private final DataInputStream in;
        final DigestRecord record = new DigestRecord();
        private boolean present;

        /** A reader at the first record. */
        Reader(Path file) throws IOException {
            this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
            this.present = record.read(in);
        }

        boolean isPresent() {
            return present;
        }

        void next() throws IOException {
            present = record.read(in);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Reads the whole file, and returns what it has. */
    static Written check(Path file) throws IOException {
        DigestSum keys = new DigestSum();
        DigestSum lines = new DigestSum();
        long records = 0;
        try (InputStream disk = Files.newInputStream(file);
                CheckedInputStream checked = new CheckedInputStream(disk, new CRC32C());
                DataInputStream in = new DataInputStream(new BufferedInputStream(checked, BUFFER))) {
            DigestRecord each = new DigestRecord();
            while (each.read(in)) {
                keys.add(each.keyHigh, each.keyLow);
                lines.add(each.lineHigh, each.lineLow);
                records++;
            }
            return new Written(
                    file, records, Files.size(file), checked.getChecksum().getValue(), keys, lines);
        }
    }
}
