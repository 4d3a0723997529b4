package io.spillway.notices;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The member {@code bulk_downloads}: the available downloads. Independent of the language; component names are JSON
 * names.
 */
sealed interface BulkDownloads {
    /** Whether downloads are available. */
    Availability availability();

    /** Number of files or datasets that are listed. */
    int named();

    /** The same with only the first {@code most} of them. */
    BulkDownloads naming(int most);

    /** The same without texts for people. */
    BulkDownloads briefly();

    /**
     * The downloads of a dataset. Members are null if unknown, or if there is no dump to point at.
     *
     * @param dataset     its name
     * @param title       for people
     * @param description for people
     * @param dump        date of the dump, {@code 2026-11-21T030000Z}
     * @param generated   time of its snapshot
     * @param nextDue     when the next dump is due
     * @param documents   number of documents in the whole dump
     * @param bytes       total size of its files
     * @param license     SPDX expression
     * @param licenseName name of a licence that SPDX does not list, or null
     * @param describedby URL of {@code datapackage.json}, or of the manifest if the dump has none
     * @param checksums   URL of {@code SHA256SUMS}
     * @param links       URL of {@code links.json}
     * @param filesTotal  number of files, whether listed or not
     * @param files       the first of them
     */
    record OfDataset(
            Availability availability,
            String dataset,
            String title,
            @Nullable String description,
            @Nullable String dump,
            @Nullable Instant generated,
            @Nullable Instant nextDue,
            @Nullable Long documents,
            @Nullable Long bytes,
            @Nullable String license,
            @Nullable String licenseName,
            @Nullable String describedby,
            @Nullable String checksums,
            @Nullable String links,
            int filesTotal,
            List<File> files)
            implements BulkDownloads {
        @Override
        public int named() {
            return files.size();
        }

        @Override
        public OfDataset naming(int most) {
            return with(description, files.subList(0, Math.min(most, files.size())));
        }

        @Override
        public OfDataset briefly() {
            return with(null, files);
        }

        private OfDataset with(@Nullable String newDescription, List<File> newFiles) {
            return new OfDataset(
                    availability,
                    dataset,
                    title,
                    newDescription,
                    dump,
                    generated,
                    nextDue,
                    documents,
                    bytes,
                    license,
                    licenseName,
                    describedby,
                    checksums,
                    links,
                    filesTotal,
                    newFiles);
        }
    }

    /**
     * A file of a dump.
     *
     * @param sha256 lower-case hex
     * @param urls   URLs that answered; at least one
     */
    record File(String name, String mediaType, long bytes, long documents, String sha256, List<String> urls) {}

    /**
     * The downloads of the site.
     *
     * @param links         URL of {@code links.json}, or null if nothing is public
     * @param datasetsTotal number of datasets with a dump to point at, whether listed or not
     * @param datasets      the first of them, by name
     */
    record OfSite(Availability availability, @Nullable String links, int datasetsTotal, List<Dataset> datasets)
            implements BulkDownloads {
        @Override
        public int named() {
            return datasets.size();
        }

        @Override
        public OfSite naming(int most) {
            return new OfSite(availability, links, datasetsTotal, datasets.subList(0, Math.min(most, datasets.size())));
        }

        @Override
        public OfSite briefly() {
            return this;
        }
    }

    /**
     * A dataset in the site's notice.
     *
     * @param page   for people, or null
     * @param latest URL of its {@code latest.json}, or null
     */
    record Dataset(
            String dataset,
            String title,
            @Nullable String page,
            @Nullable String latest,
            String dump,
            Instant generated,
            long documents,
            long bytes,
            @Nullable String license,
            @Nullable String licenseName) {}
}
