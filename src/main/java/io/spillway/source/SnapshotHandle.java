package io.spillway.source;

import java.time.Instant;
import java.util.Objects;

/**
 * A frozen snapshot as values, from which {@link DocumentSource#reopen} reads it in another process. Contains no credentials and
 * nothing of the source's settings: neither URL nor query.
 *
 * @param takenAt     see {@link Snapshot#takenAt}
 * @param description see {@link Snapshot#description}; its name is empty
 * @param documents   number of documents
 * @param slices      number of slices
 * @param inner       what only the source understands, as JSON; may have megabytes on clusters with many shards
 */
public record SnapshotHandle(Instant takenAt, SourceDescription description, long documents, int slices, String inner) {
    /** @throws NullPointerException if a member is missing */
    public SnapshotHandle {
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(inner, "inner");
    }

    /** The handle of a snapshot. */
    public static SnapshotHandle of(Snapshot snapshot, String inner) {
        return new SnapshotHandle(
                snapshot.takenAt(),
                snapshot.description().named(""),
                snapshot.documents(),
                snapshot.slices().size(),
                inner);
    }
}
