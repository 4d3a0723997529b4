package io.spillway.notices;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The member {@code bulk_downloads}: what there is instead of asking again. In no language; its names are JSON's. */
sealed interface BulkDownloads {
    /** Whether there is anything. */
    Availability availability();

    /** How many files or datasets are named. */
    int named();

    /** The same with the first {@code most} of them. */
    BulkDownloads naming(int most);

    /** The same without what is said for people only. */
    BulkDownloads briefly();

    /**
     * Those of a dataset. Members are null where nobody has said, and where there is no dump to point at.
     *
     * @param dataset     its name
     * @param title       for people
     * @param description for people
     * @param dump        date of the dump, {@code 2026-11-21T030000Z}
     * @param generated   when its snapshot was taken
     * @param nextDue     when the next one is due
     * @param documents   in the whole dump
     * @param bytes       of all its files
     * @param license     SPDX identifier
     * @param describedby address of {@code datapackage.json}, or of the manifest where the dump has none
     * @param checksums   address of {@code SHA256SUMS}
     * @param links       address of {@code links.json}
     * @param filesTotal  how many files there are, whether named or not
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
     * @param urls   where it answered; at least one
     */
    record File(String name, String mediaType, long bytes, long documents, String sha256, List<String> urls) {}

    /**
     * Those of the site.
     *
     * @param links         address of {@code links.json}, or null where nothing is public
     * @param datasetsTotal how many datasets have a dump to point at, whether named or not
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
     * @param latest address of its {@code latest.json}, or null
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
            @Nullable String license) {}
}
