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
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * Reads each file of one dump completely and compares it with its manifest entry. A file that differs or is missing is
 * {@link Fault#INTEGRITY}; one that cannot be read keeps its own fault. Thread-safe.
 */
final class DumpFiles {
    private static final int BUFFER = 128 << 10;

    /** Only small files of Spillway are held in memory: a manifest of 100,000 parts has about 40 MiB. */
    private static final int LARGEST_IN_MEMORY = ManifestJson.LARGEST + 1;

    private final DumpPlace place;
    private final CheckProgress progress;

    DumpFiles(DumpPlace place, CheckProgress progress) {
        this.place = place;
        this.progress = progress;
    }

    /** Reads the manifest. */
    byte[] manifest() throws SpillwayException, InterruptedException {
        try (InputStream in = open(Manifest.FILE_NAME)) {
            byte[] bytes = in.readNBytes(LARGEST_IN_MEMORY);
            if (bytes.length == LARGEST_IN_MEMORY) {
                throw different(Manifest.FILE_NAME + " in " + place.name() + " is too long for a manifest");
            }
            return bytes;
        } catch (IOException e) {
            throw PartCheck.unread(place.name() + "/" + Manifest.FILE_NAME, e);
        }
    }

    /** Verifies a part. */
    void check(Part part) throws SpillwayException, InterruptedException {
        PartCheck.check(open(part.name()), part, part.name());
    }

    /** Verifies a file without documents. */
    void check(SideFile file) throws SpillwayException, InterruptedException {
        read(file, OutputStream.nullOutputStream());
    }

    /**
     * Verifies the checksum file, and that its content agrees with the manifest.
     *
     * @param hashes of the files that it must list
     * @param more   of the files that it may list: older versions wrote them before it
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
                throw different(file.name() + " disagrees with the manifest");
            }
        } catch (IllegalArgumentException e) {
            throw different(String.valueOf(e.getMessage()));
        }
    }

    /** @param copy receives the bytes, at most as many as the manifest states */
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
            throw different(file.name() + " has " + bytes + " bytes, expected " + file.bytes());
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        if (!sha256.equals(file.sha256())) {
            throw different(file.name() + " has SHA-256 " + sha256 + ", expected " + file.sha256());
        }
    }

    /** Opens a file. A missing file is a difference; a file that may not be read is not. */
    private InputStream open(String name) throws SpillwayException {
        ObjectKey key = place.key(name);
        try {
            return progress.counting(place.destination().open(key));
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
                "use the folder of a dump, such as journals/2026-11-21T030000Z; a dump without a manifest does not exist",
                e);
    }

    private SpillwayException missing(String name, SpillwayException e) {
        return new SpillwayException(Fault.INTEGRITY, name + " is not in " + place.name(), null, e);
    }

    private static SpillwayException different(String what) {
        return new SpillwayException(Fault.INTEGRITY, what, null);
    }
}
