package io.spillway.source.repository;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.repository.MetadataBlob.DamagedException;
import io.spillway.source.repository.Repository.Entry;
import io.spillway.source.repository.Repository.NoRepositoryException;
import io.spillway.source.repository.ShardReader.UnknownFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What an error while reading a repository means. */
final class Faults {
    private static final String ALTERNATIVE =
            "nothing was published; name another snapshot, or read from the cluster with source.elasticsearch";

    private final BlobStore store;

    Faults(BlobStore store) {
        this.store = store;
    }

    /** The failure to read the list of snapshots. */
    SpillwayException ofRepository(IOException e) {
        String what = "cannot read the snapshot repository %s: %s".formatted(store.name(), text(e));
        if (e instanceof NoRepositoryException) {
            return new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    what,
                    "set source.snapshot-repository to the folder that path.repo and the repository's location name",
                    e);
        }
        return of(what, e);
    }

    /**
     * The failure to read something of a snapshot.
     *
     * @param what the part of the snapshot, such as {@code shard 0 of index "x"}
     */
    SpillwayException ofSnapshot(Entry snapshot, String what, Exception e) {
        String message = "cannot read %s in the snapshot \"%s\" of %s: %s"
                .formatted(what, snapshot.name(), store.name(), text(e));
        if (e instanceof NoSuchFileException && isDeleted(snapshot)) {
            return new SpillwayException(
                    Fault.SNAPSHOT_LOST,
                    "the snapshot \"%s\" of %s was deleted while it was read: %s"
                            .formatted(snapshot.name(), store.name(), text(e)),
                    "nothing was published; export when no snapshots are deleted",
                    e);
        }
        return of(message, e);
    }

    private boolean isDeleted(Entry snapshot) {
        try {
            return !Repository.has(store, snapshot.uuid());
        } catch (IOException unreadable) {
            return false;
        }
    }

    private SpillwayException of(String message, Exception e) {
        if (e instanceof UnknownFormatException) {
            return new SpillwayException(
                    Fault.SOURCE_REFUSED,
                    message,
                    "use a version of Java or Spillway that can read it, or read from the cluster with source.elasticsearch",
                    e);
        } else if (e instanceof ObjectStore.RefusedException refused) {
            return new SpillwayException(Fault.SOURCE_REFUSED, message, refused.hint(), e);
        } else if (e instanceof AccessDeniedException) {
            return new SpillwayException(
                    Fault.SOURCE_REFUSED, message, "give the user of Spillway the right to read its files", e);
        } else if (isDamage(e)) {
            return new SpillwayException(Fault.INTEGRITY, message, ALTERNATIVE, e);
        }
        return new SpillwayException(
                Fault.SOURCE_UNAVAILABLE,
                message,
                store.isRemote()
                        ? "check that the store answers and run the export again"
                        : "check that the repository is mounted and run the export again",
                e);
    }

    /** Lucene's errors on altered files are of many kinds. */
    private static boolean isDamage(Exception e) {
        return e instanceof DamagedException
                || e instanceof NoSuchFileException
                || e instanceof EOFException
                || e instanceof RuntimeException
                || e.getClass().getName().startsWith("org.apache.lucene.");
    }

    private static String text(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            String reason = missing.getReason();
            return missing.getFile() + " is missing" + (reason == null ? "" : ", " + reason);
        } else if (e instanceof AccessDeniedException) {
            return "no permission to read " + e.getMessage();
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
    }
}
