package io.spillway.source.repository;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Amounts;
import io.spillway.source.repository.Repository.Entry;
import io.spillway.source.repository.Repository.State;
import io.spillway.source.repository.SnapshotContent.IndexMetadata;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot that is read, and its indices: the newest successful one that matches and has the index.
 *
 * @param snapshots all snapshots of the repository, the newest first
 * @param snapshot  its content
 * @param indices   the indices, sorted by name; at least one
 */
record SnapshotChoice(List<Entry> snapshots, SnapshotContent snapshot, List<IndexMetadata> indices) {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotChoice.class);
    private static final int NAMED = 5;

    /**
     * Reads the list and chooses.
     *
     * @throws SpillwayException {@code SOURCE_REFUSED}: no snapshot fits; {@code STALE}: it is too old
     */
    static SnapshotChoice of(BlobStore store, RepositoryOptions options, Clock clock) throws SpillwayException {
        Faults faults = new Faults(store);
        Repository repository;
        List<Entry> all;
        try {
            repository = Repository.read(store);
            all = repository.snapshots();
        } catch (IOException e) {
            throw faults.ofRepository(e);
        }
        List<Entry> matching = all.stream()
                .filter(entry -> matches(options.snapshot(), entry.name()))
                .toList();
        if (isName(options.snapshot()) && !matching.isEmpty()) {
            requireSuccessful(store, repository, matching.get(0));
        }
        List<Entry> successful = matching.stream()
                .filter(entry -> entry.state() == State.SUCCESS)
                .toList();
        for (Entry entry : successful) {
            SnapshotChoice choice = with(store, repository, all, entry, options.index());
            if (!choice.indices().isEmpty()) {
                choice.requireYoung(options, clock);
                choice.logNewer(matching);
                return choice;
            }
        }
        throw new SpillwayException(
                Fault.SOURCE_REFUSED,
                "no successful snapshot in %s that matches \"%s\" has \"%s\"; it has %s"
                        .formatted(store.name(), options.snapshot(), options.index(), described(all)),
                "check source.snapshot and source.index; a snapshot that is PARTIAL lacks documents and is not read");
    }

    private static boolean isName(String wanted) {
        return !wanted.equals(RepositoryOptions.LATEST) && !wanted.contains("*");
    }

    private static boolean matches(String wanted, String name) {
        return wanted.equals(RepositoryOptions.LATEST)
                || IndexNames.pattern(wanted).matcher(name).matches();
    }

    private static SnapshotChoice with(
            BlobStore store, Repository repository, List<Entry> all, Entry entry, String index)
            throws SpillwayException {
        try {
            SnapshotContent content = SnapshotContent.read(store, repository, entry);
            Set<String> names = IndexNames.resolve(content, index);
            List<IndexMetadata> indices = new ArrayList<>();
            for (String name : names) {
                indices.add(content.index(name));
            }
            return new SnapshotChoice(all, content, indices);
        } catch (IOException | RuntimeException e) {
            throw new Faults(store).ofSnapshot(entry, "the metadata", e);
        }
    }

    /** A snapshot that was named must be complete; {@code latest} and patterns pass over others. */
    private static void requireSuccessful(BlobStore store, Repository repository, Entry entry)
            throws SpillwayException {
        if (entry.state() == State.SUCCESS) {
            return;
        }
        List<String> failures;
        try {
            failures = SnapshotContent.read(store, repository, entry).failures();
        } catch (IOException unreadable) {
            failures = List.of(String.valueOf(unreadable.getMessage()));
        }
        throw new SpillwayException(
                Fault.SOURCE_REFUSED,
                "the snapshot \"%s\" in %s is %s and lacks documents: %s"
                        .formatted(
                                entry.name(),
                                store.name(),
                                entry.state(),
                                failures.stream().limit(NAMED).collect(Collectors.joining("; "))),
                "name another snapshot, or use source.snapshot: latest");
    }

    private void requireYoung(RepositoryOptions options, Clock clock) throws SpillwayException {
        Duration age = Duration.between(snapshot.started(), clock.instant());
        Duration max = options.maxAge();
        if (max != null && age.compareTo(max) > 0) {
            throw new SpillwayException(
                    Fault.STALE,
                    "the newest snapshot that has \"%s\" is \"%s\" of %s, %s old, more than source.max-age %s"
                            .formatted(
                                    options.index(),
                                    snapshot.entry().name(),
                                    snapshot.started(),
                                    Amounts.duration(age),
                                    Amounts.duration(max)),
                    "find out why the cluster takes no snapshots, or raise source.max-age");
        }
    }

    private void logNewer(List<Entry> matching) {
        for (Entry newer : matching) {
            if (newer.uuid().equals(snapshot.entry().uuid())) {
                return;
            }
            LOG.warn(
                    "a newer snapshot is not read: it is {} or lacks the index snapshot=\"{}\" read=\"{}\"",
                    newer.state(),
                    newer.name(),
                    snapshot.entry().name());
        }
    }

    private static String described(List<Entry> all) {
        if (all.isEmpty()) {
            return "no snapshots";
        }
        String named = all.stream()
                .limit(NAMED)
                .map(entry -> entry.name() + " (" + entry.state() + ")")
                .collect(Collectors.joining(", "));
        return all.size() > NAMED ? named + " and %d more".formatted(all.size() - NAMED) : named;
    }
}
