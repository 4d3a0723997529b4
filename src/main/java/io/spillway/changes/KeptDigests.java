package io.spillway.changes;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import io.spillway.manifest.ManifestJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The digests of the newest dump, kept for the next export in two hidden files that only their owner can read: the records, and
 * a note that says to which dump they belong. The note is replaced last, so that a process that dies leaves the digests of the
 * dump before, or none that fit. The caller holds the dataset's lock.
 */
public final class KeptDigests {
    private static final Logger LOG = LoggerFactory.getLogger(KeptDigests.class);

    /** The note's name, in the dataset's folder at home. */
    static final String NOTE = ".spillway.changes.json";

    private static final String RECORDS = ".spillway.changes.digests";
    private static final Pattern RECORDS_FILE = Pattern.compile(Pattern.quote(RECORDS) + "\\.[0-9TZ-]{1,40}");
    /** The form of both files; another form is not read. */
    private static final int VERSION = 1;

    private final Path folder;

    /** @param folder of the dataset, at home */
    public KeptDigests(Path folder) {
        this.folder = folder;
    }

    /**
     * The note.
     *
     * @param version        of the form of both files
     * @param dump           id of the dump
     * @param manifestSha256 SHA-256 of its manifest, lower-case hex
     * @param key            what identifies a document, as in the manifest
     * @param settings       digests of the settings that the dump was made with, by their names
     * @param file           name of the file with the records
     * @param records        how many it has
     * @param bytes          its length
     * @param crc32c         of its bytes
     * @param sum            of the lines, as in the manifest
     */
    record Note(
            int version,
            String dump,
            String manifestSha256,
            String key,
            Map<String, String> settings,
            String file,
            long records,
            long bytes,
            long crc32c,
            String sum) {}

    /** The note that is there; empty if there is none, or none of this version. */
    Optional<Note> note() {
        Path file = folder.resolve(NOTE);
        try (InputStream in = Files.newInputStream(file)) {
            Note note = ManifestJson.read(in, Note.class, file.toString(), "a note of digests");
            boolean complete = note.version() == VERSION
                    && note.dump() != null
                    && note.manifestSha256() != null
                    && note.key() != null
                    && note.sum() != null
                    && note.file() != null
                    && RECORDS_FILE.matcher(note.file()).matches()
                    && note.settings() != null;
            return complete ? Optional.of(note) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | SpillwayException e) {
            LOG.warn("digests of changes are made again cause=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** Reads all records of the note; empty if they are not the ones that were written. */
    Optional<DigestFile.Written> records(Note note) {
        Path file = folder.resolve(note.file());
        try {
            DigestFile.Written found = DigestFile.check(file);
            if (found.records() == note.records()
                    && found.bytes() == note.bytes()
                    && found.crc() == note.crc32c()
                    && found.lines().hex().equals(note.sum())) {
                return Optional.of(found);
            }
            LOG.warn("digests of changes are damaged and are made again file={}", file);
        } catch (IOException e) {
            LOG.warn("digests of changes cannot be read and are made again file={} cause=\"{}\"", file, e.toString());
        }
        return Optional.empty();
    }

    /**
     * Keeps the digests of a dump that is public now, in place of those that were kept.
     *
     * @param written moved from there
     * @throws SpillwayException {@link Fault#DESTINATION_UNAVAILABLE}: the next export makes them again
     */
    void keep(DigestFile.Written written, String dump, String manifestSha256, ChangeSettings settings)
            throws SpillwayException {
        String name = records(dump);
        Note note = new Note(
                VERSION,
                dump,
                manifestSha256,
                settings.key(),
                settings.fingerprint(),
                name,
                written.records(),
                written.bytes(),
                written.crc(),
                written.lines().hex());
        Path fresh = written.file().resolveSibling("note");
        try {
            Folders.makePrivate(written.file());
            Files.move(written.file(), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            Files.write(fresh, ManifestJson.write(note));
            Folders.makePrivate(fresh);
            Files.move(
                    fresh, folder.resolve(NOTE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            removeAllBut(name);
        } catch (IOException e) {
            throw SpillBuffer.notWritten(folder.resolve(name).toString(), e);
        }
    }

    /** Removes what is kept if it is of this dump, such as a withdrawn one: the records have its keys. */
    public void forget(String dump) throws SpillwayException {
        if (note().filter(note -> !note.dump().equals(dump)).isEmpty()) {
            remove();
            return;
        }
        try {
            // A process that died before it wrote the note left the records alone.
            Files.deleteIfExists(folder.resolve(records(dump)));
        } catch (IOException e) {
            throw notRemoved(e);
        }
    }

    /** Removes what is kept. Does nothing if nothing is kept. */
    void remove() throws SpillwayException {
        try {
            Files.deleteIfExists(folder.resolve(NOTE));
            if (Files.isDirectory(folder)) {
                removeAllBut("");
            }
        } catch (IOException e) {
            throw notRemoved(e);
        }
    }

    private static String records(String dump) {
        return RECORDS + "." + dump.substring(dump.indexOf('/') + 1);
    }

    private SpillwayException notRemoved(IOException e) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "cannot remove digests of changes in %s: %s".formatted(folder, e),
                "check the permissions",
                e);
    }

    private void removeAllBut(String name) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, RECORDS + "*")) {
            for (Path file : files) {
                if (!file.getFileName().toString().equals(name)) {
                    Files.delete(file);
                }
            }
        }
    }
}
