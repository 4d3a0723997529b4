package io.spillway.engine;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.Folders;
import io.spillway.manifest.Part;
import io.spillway.pipeline.AttemptStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts in a directory that all processes see. Each attempt has a folder of its own, which no other attempt touches, and the commit
 * moves the parts that count into the folder of the dump. No attempt writes into that folder, so an attempt that was given up and
 * continues cannot change the dump.
 */
final class FolderParts implements AttemptStore {
    private static final Logger LOG = LoggerFactory.getLogger(FolderParts.class);
    private static final String UNFINISHED = "unfinished";
    private static final Pattern SENT =
            Pattern.compile("(\\d{1,18}) ([A-Za-z0-9][A-Za-z0-9_-]*)/([A-Za-z0-9][A-Za-z0-9._-]*)");

    private final Path attempts;
    private final Path folder;
    private boolean keep;

    private FolderParts(Path attempts, Path folder) {
        this.attempts = attempts;
        this.folder = folder;
    }

    /**
     * The store of an attempt to run a slice.
     *
     * @param attempts the folder of all attempts, which the process that plans has created
     * @param attempt  its name for operators
     */
    static FolderParts ofAttempt(Path attempts, int slice, String attempt) throws SpillwayException {
        String name = "%04d-%s-%s".formatted(slice, attempt.replaceAll("[^A-Za-z0-9]+", "-"), UUID.randomUUID());
        Path own = attempts.resolve(name);
        try {
            // Not with its parents: after the end of the run, nothing may appear again.
            Files.createDirectory(own);
            Files.createDirectory(own.resolve(UNFINISHED));
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot write to the work folder %s: %s: %s"
                            .formatted(attempts, e.getClass().getSimpleName(), e.getMessage()),
                    "the directory in destinations, or the state folder, must be the same on every machine and writable there;"
                            + " the folder is also missing after the end of its run",
                    e);
        }
        return new FolderParts(attempts, own);
    }

    /** The store of the process that commits, into the folder of the dump. */
    static FolderParts ofDump(Path attempts, Path dump) {
        return new FolderParts(attempts, dump);
    }

    @Override
    public Path unfinished() {
        return folder.resolve(UNFINISHED);
    }

    @Override
    public String send(Path file, Part part) throws SpillwayException {
        try {
            Files.move(file, folder.resolve(part.name()));
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot move the part %s to %s: %s".formatted(part.name(), folder, e.getMessage()),
                    "check the disk",
                    e);
        }
        return "%d %s/%s".formatted(part.bytes(), folder.getFileName(), part.name());
    }

    /** Does nothing: the run removes the folders of all attempts. */
    @Override
    public void adopt(List<String> sent) {}

    @Override
    public void commit(List<String> sent) throws SpillwayException {
        for (String each : sent) {
            Matcher place = SENT.matcher(each);
            if (!place.matches()) {
                throw new SpillwayException(
                        Fault.INTEGRITY,
                        "\"%s\" is not the place of a part".formatted(each),
                        "nothing was published; use the same version of Spillway in every process");
            }
            Path part = attempts.resolve(place.group(2)).resolve(place.group(3));
            try {
                long bytes = Files.size(part);
                if (bytes != Long.parseLong(place.group(1))) {
                    throw new SpillwayException(
                            Fault.INTEGRITY,
                            "the part %s has %d bytes, expected %s".formatted(part, bytes, place.group(1)),
                            "nothing was published; check that every machine sees the same directory");
                }
                Files.move(part, folder.resolve(place.group(3)));
            } catch (IOException e) {
                throw new SpillwayException(
                        Fault.DESTINATION_UNAVAILABLE,
                        "cannot move the part %s to %s: %s: %s"
                                .formatted(part, folder, e.getClass().getSimpleName(), e.getMessage()),
                        "nothing was published; check that every machine sees the same directory",
                        e);
            }
        }
    }

    @Override
    public void keep() {
        keep = true;
    }

    /** Removes the folder of an attempt that has failed. */
    @Override
    public void close() {
        try {
            if (!keep) {
                Folders.remove(folder);
            }
        } catch (IOException e) {
            LOG.warn(
                    "cannot remove the folder of an attempt; the run removes it folder={} cause=\"{}\"",
                    folder,
                    e.toString());
        }
    }
}
