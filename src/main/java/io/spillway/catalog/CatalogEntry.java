package io.spillway.catalog;

import io.spillway.catalog.DatasetStatus.LastAttempt;
import io.spillway.dataset.DumpId;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Withdrawal;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the files at a site's root need of one dataset, and nothing more. Its size depends neither on the number of dumps nor
 * on the number of fields. Immutable.
 *
 * @param dataset     its name
 * @param latest      the manifest of the newest dump, without fields and options of formats; null if no dump is listed
 * @param dumps       the {@link #MOST_EVENTS} newest dumps, newest first, and the newest one that states a publisher
 * @param mirrors     other addresses of the newest dump, as in {@code DATASET/latest.json}
 * @param damaged     damaged dumps, newest first
 * @param withdrawn   the {@link #MOST_EVENTS} latest notices of withdrawn dumps, without names of files, newest dump first
 * @param status      whether the dataset has a status
 * @param lastAttempt the outcome of the last attempt, or null if unknown
 */
public record CatalogEntry(
        String dataset,
        @Nullable Manifest latest,
        List<DumpSummary> dumps,
        List<URI> mirrors,
        List<DumpId> damaged,
        List<Withdrawal> withdrawn,
        boolean status,
        @Nullable LastAttempt lastAttempt) {
    /** The number of dumps and withdrawals in a feed: more than are published between two polls of a reader. */
    public static final int MOST_EVENTS = 50;

    /** @throws IllegalArgumentException if a member is missing, as it may be in a file */
    public CatalogEntry {
        Present.members("an entry of the catalog", dataset, dumps, mirrors, damaged, withdrawn);
        dumps = List.copyOf(dumps);
        mirrors = List.copyOf(mirrors);
        damaged = List.copyOf(damaged);
        withdrawn = List.copyOf(withdrawn);
        if ((latest == null) != dumps.isEmpty()) {
            throw new IllegalArgumentException(
                    "the entry of " + dataset + " has a manifest or dumps without the other");
        }
    }

    /**
     * The entry of a dataset.
     *
     * @param catalog     has read the dataset
     * @param mirrors     other addresses of the newest dump
     * @param lastAttempt the outcome of the last attempt, or null if unknown
     */
    public static CatalogEntry of(
            Catalog catalog, String dataset, List<URI> mirrors, @Nullable LastAttempt lastAttempt) {
        Catalog.Published published = catalog.dataset(dataset).orElse(null);
        return new CatalogEntry(
                dataset,
                published == null ? null : small(published.latest()),
                published == null ? List.of() : newest(published.dumps()),
                mirrors,
                catalog.broken().stream()
                        .map(Catalog.Broken::dump)
                        .filter(dump -> dump.dataset().equals(dataset))
                        .toList(),
                latest(catalog.withdrawn(dataset)),
                lastAttempt != null || catalog.attempts().contains(dataset),
                lastAttempt);
    }

    /** Whether the site has nothing of the dataset. */
    public boolean hasNothing() {
        return latest == null && damaged.isEmpty() && withdrawn.isEmpty() && !status;
    }

    /** The newest dump, {@code DATASET/STAMP}; null if no dump is listed. */
    public @Nullable String latestDump() {
        return latest == null ? null : latest.dump();
    }

    private static Manifest small(Manifest manifest) {
        Manifest.Source source = manifest.source();
        return new Manifest(
                manifest.formatVersion(),
                manifest.dataset(),
                manifest.dump(),
                manifest.title(),
                manifest.description(),
                manifest.license(),
                manifest.homepage(),
                manifest.covers(),
                manifest.nextDue(),
                manifest.takenAt(),
                new Manifest.Source(
                        source.product(),
                        source.version(),
                        source.name(),
                        List.of(),
                        source.filtered(),
                        null,
                        source.documents(),
                        source.altered(),
                        List.of()),
                manifest.documents(),
                manifest.bytes(),
                manifest.schemaVersion(),
                null,
                null,
                null,
                manifest.formats().stream()
                        .map(format -> new Manifest.Format(format.name(), format.compression(), Map.of(), Map.of()))
                        .toList(),
                manifest.parts().stream().map(CatalogEntry::small).toList(),
                manifest.files(),
                null,
                manifest.spillway(),
                manifest.publisher(),
                manifest.customLicense(),
                manifest.changes());
    }

    private static Part small(Part part) {
        return new Part(
                part.name(),
                part.format(),
                part.compression(),
                part.bytes(),
                part.bytesUncompressed(),
                part.documents(),
                part.sha256(),
                null,
                null);
    }

    private static List<DumpSummary> newest(List<DumpSummary> dumps) {
        List<DumpSummary> newest =
                new ArrayList<>(dumps.stream().limit(MOST_EVENTS).toList());
        if (newest.stream().allMatch(dump -> dump.publisher() == null)) {
            dumps.stream()
                    .filter(dump -> Objects.nonNull(dump.publisher()))
                    .findFirst()
                    .ifPresent(newest::add);
        }
        return newest.stream().map(CatalogEntry::small).toList();
    }

    private static DumpSummary small(DumpSummary dump) {
        // The feed links to the parts of a dump only if it has few; of the others it needs the first.
        int parts = dump.partCount() > DumpSummary.MOST_PARTS ? 1 : dump.partCount();
        return new DumpSummary(
                dump.id(),
                dump.title(),
                dump.publisher(),
                dump.hasPage(),
                dump.takenAt(),
                dump.documents(),
                dump.bytes(),
                dump.partCount(),
                dump.firstParts().stream().limit(parts).map(CatalogEntry::small).toList(),
                dump.changes());
    }

    private static List<Withdrawal> latest(List<Withdrawal> notices) {
        Set<String> latest = new HashSet<>();
        notices.stream()
                .sorted(Comparator.comparing(Withdrawal::withdrawnAt).reversed())
                .limit(MOST_EVENTS)
                .forEach(notice -> latest.add(notice.dump()));
        return notices.stream()
                .filter(notice -> latest.contains(notice.dump()))
                .map(notice -> new Withdrawal(
                        notice.dump(),
                        notice.reason(),
                        notice.withdrawnAt(),
                        notice.documents(),
                        notice.bytes(),
                        List.of(),
                        notice.filesDeleted()))
                .toList();
    }
}
