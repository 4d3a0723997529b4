package io.spillway.verify;

import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * The files of one dump, each read from its first byte to its last and compared with what the manifest says of it. What
 * differs, or is not there, is {@link Fault#INTEGRITY}; what cannot be read keeps the fault that it has. Thread-safe.
 */
final class DumpFiles {
    private static final int BUFFER = 128 << 10;

    /** What is held in memory is ours and small: a manifest of 100,000 parts has about 40 MiB. */
    private static final int LARGEST_IN_MEMORY = ManifestJson.LARGEST + 1;

    private final DumpPlace place;
    private final CheckProgress progress;

    DumpFiles(DumpPlace place, CheckProgress progress) {
        this.place = place;
        this.progress = progress;
    }

    /** The manifest's bytes. */
    byte[] manifest() throws SpillwayException, InterruptedException {
        try (InputStream in = open(Manifest.FILE_NAME)) {
            byte[] bytes = in.readNBytes(LARGEST_IN_MEMORY);
            if (bytes.length == LARGEST_IN_MEMORY) {
                throw different(
                        "what is called " + Manifest.FILE_NAME + " in " + place.name() + " is too long for one");
            }
            return bytes;
        } catch (IOException e) {
            throw PartCheck.unread(place.name() + "/" + Manifest.FILE_NAME, e);
        }
    }

    /** Compares a part. */
    void check(Part part) throws SpillwayException, InterruptedException {
        PartCheck.check(open(part.name()), part, part.name());
    }

    /** Compares a file without documents. */
    void check(SideFile file) throws SpillwayException, InterruptedException {
        read(file, OutputStream.nullOutputStream());
    }

    /**
     * Compares the file with the checksums, and what it says with what the manifest says.
     *
     * @param hashes of the files that it has to name
     * @param more   of the files that it may name: earlier versions wrote them before it
     */
    void checkSums(SideFile file, SortedMap<String, String> hashes, Map<String, String> more)
            throws SpillwayException, InterruptedException {
        if (file.bytes() > LARGEST_IN_MEMORY) {
            throw different(file.name() + " is too long for a file of checksums");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        read(file, bytes);
        try {
            SortedMap<String, String> found = Sha256Sums.read(bytes.toByteArray());
            found.entrySet().removeAll(more.entrySet());
            if (!found.equals(hashes)) {
                throw different(file.name() + " does not say what the manifest says");
            }
        } catch (IllegalArgumentException e) {
            throw different(String.valueOf(e.getMessage()));
        }
    }

    /** @param copy takes the bytes, never many more than the manifest says */
    private void read(SideFile file, OutputStream copy) throws SpillwayException, InterruptedException {
        MessageDigest digest = Digests.sha256();
        long bytes = 0;
        try (InputStream in = open(file.name())) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
                if (bytes <= file.bytes()) {
                    copy.write(buffer, 0, read);
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("while checking " + file.name());
                }
            }
        } catch (IOException e) {
            throw PartCheck.unread(file.name(), e);
        }
        if (bytes != file.bytes()) {
            throw different(file.name() + " has " + bytes + " bytes, the manifest says " + file.bytes());
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        if (!sha256.equals(file.sha256())) {
            throw different(file.name() + " has SHA-256 " + sha256 + ", the manifest says " + file.sha256());
        }
    }

    /** The bytes of a file. That there is none is a difference; that nobody lets us look at it is not. */
    private InputStream open(String name) throws SpillwayException {
        ObjectKey key = place.key(name);
        try {
            return new Counting(place.destination().open(key));
        } catch (SpillwayException e) {
            if (e.fault() != Fault.DESTINATION_REFUSED
                    || place.destination().find(key).isPresent()) {
                throw e;
            }
            throw name.equals(Manifest.FILE_NAME) ? noDump(e) : missing(name, e);
        }
    }

    private SpillwayException noDump(SpillwayException e) {
        return new SpillwayException(
                Fault.INTEGRITY,
                "there is no " + Manifest.FILE_NAME + " in " + place.name(),
                "a dump without one does not exist: name the folder of a dump, such as journals/2026-11-21T030000Z",
                e);
    }

    private SpillwayException missing(String name, SpillwayException e) {
        return new SpillwayException(Fault.INTEGRITY, name + " is not in " + place.name(), null, e);
    }

    private static SpillwayException different(String what) {
        return new SpillwayException(Fault.INTEGRITY, what, null);
    }

    /** Tells the progress what is read. */
    private final class Counting extends FilterInputStream {
        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            progress.read(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            progress.read(Math.max(0, read));
            return read;
        }
    }
}
