package io.spillway.notices;

import io.spillway.catalog.LatestFile;
import io.spillway.catalog.LinksFile;
import io.spillway.catalog.Listing;
import io.spillway.dataset.CustomLicense;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Sha256Sums;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what notices name: of everything that Spillway writes, only URLs that answer a check. URLs set by the
 * operator (homepage, documentation) are not checked. For use by one thread.
 */
final class Subjects {
    /** More do not fit into a body. */
    private static final int MAX_FILES = 10;

    private static final int MAX_DATASETS = 20;

    /** In bytes of UTF-8. Leaves space for the rest even if every byte is escaped in HTML and occurs twice. */
    private static final int MAX_TITLE = 160;

    private static final int MAX_DESCRIPTION = 400;
    private static final int MAX_LICENSE = 60;
    private static final int MAX_HOMEPAGE = 300;

    /** A dump that is made every hour is not stale because one of them took longer. */
    private static final Duration LEAST_GRACE = Duration.ofDays(1);

    private final Destination destination;
    private final AddressCheck check;
    private final NoticeSettings settings;
    private final Instant now;

    Subjects(Destination destination, AddressCheck check, NoticeSettings settings, Instant now) {
        this.destination = destination;
        this.check = check;
        this.settings = settings;
        this.now = now;
    }

    /** A dataset with a dump. */
    Subject ofDataset(Manifest latest, Listing listing) throws SpillwayException {
        String help = answering(web(listing.page()));
        String homepage = homepage(listing.homepage());
        if (isStale(listing, now)) {
            BulkDownloads.OfDataset stale = withoutFiles(
                    Availability.STALE,
                    listing.dataset(),
                    listing.title(),
                    latest.id().stamp(),
                    listing);
            return new Subject(listing.dataset(), stale, help, homepage, problems());
        }
        List<URI> folders = folders(listing);
        List<BulkDownloads.File> files = files(listing, folders);
        if (files.isEmpty()) {
            BulkDownloads.OfDataset none =
                    withoutFiles(Availability.UNREACHABLE, listing.dataset(), listing.title(), null, listing);
            return new Subject(listing.dataset(), none, help, homepage, problems());
        }
        var downloads = new BulkDownloads.OfDataset(
                Availability.AVAILABLE,
                listing.dataset(),
                PlainText.line(listing.title(), MAX_TITLE),
                description(listing),
                latest.id().stamp(),
                listing.takenAt(),
                listing.nextDue(),
                listing.documents(),
                listing.bytes(),
                license(listing),
                licenseName(listing),
                firstAnswering(folders, describedBy(latest)),
                firstAnswering(folders, Sha256Sums.FILE_NAME),
                links(),
                listing.files().size(),
                files);
        return new Subject(listing.dataset(), downloads, help, homepage, problems());
    }

    /** A dataset without a dump. */
    Subject withoutDump(String dataset, Availability why) throws SpillwayException {
        return new Subject(dataset, withoutFiles(why, dataset, dataset, null, null), sitePage(), null, problems());
    }

    /** All datasets. */
    Subject ofSite(List<Listing> listings) throws SpillwayException {
        List<BulkDownloads.Dataset> datasets = new ArrayList<>();
        int total = 0;
        for (Listing listing : listings) {
            if (isStale(listing, now) || folders(listing).isEmpty()) {
                continue;
            }
            total++;
            if (datasets.size() < MAX_DATASETS) {
                datasets.add(dataset(listing));
            }
        }
        Availability availability = datasets.isEmpty() ? Availability.NONE : Availability.AVAILABLE;
        var downloads = new BulkDownloads.OfSite(availability, links(), total, datasets);
        return new Subject(null, downloads, sitePage(), null, problems());
    }

    private BulkDownloads.Dataset dataset(Listing listing) throws SpillwayException {
        ObjectKey latest = new ObjectKey(listing.dataset()).child(LatestFile.FILE_NAME);
        return new BulkDownloads.Dataset(
                listing.dataset(),
                PlainText.line(listing.title(), MAX_TITLE),
                answering(web(listing.page())),
                answering(destination.publicAddress(latest).orElse(null)),
                listing.dump().substring(listing.dataset().length() + 1),
                listing.takenAt(),
                listing.documents(),
                listing.bytes(),
                license(listing),
                licenseName(listing));
    }

    private BulkDownloads.OfDataset withoutFiles(
            Availability availability, String dataset, String title, @Nullable String dump, @Nullable Listing listing)
            throws SpillwayException {
        return new BulkDownloads.OfDataset(
                availability,
                dataset,
                PlainText.line(title, MAX_TITLE),
                listing == null ? null : description(listing),
                dump,
                dump == null || listing == null ? null : listing.takenAt(),
                dump == null || listing == null ? null : listing.nextDue(),
                null,
                null,
                listing == null ? null : license(listing),
                listing == null ? null : licenseName(listing),
                null,
                null,
                links(),
                0,
                List.of());
    }

    /**
     * Whether two dumps in a row are missing: the one that was due, and the next one, assuming the interval between the
     * latest dump and the one that was due. A dump without a due date is never stale.
     */
    static boolean isStale(Listing latest, Instant now) {
        Instant due = latest.nextDue();
        if (due == null) {
            return false;
        }
        Duration period = Duration.between(latest.takenAt(), due);
        return now.isAfter(due.plus(period.compareTo(LEAST_GRACE) < 0 ? LEAST_GRACE : period));
    }

    /** The public folders of a dump whose first file answers, its own first. */
    private List<URI> folders(Listing listing) throws SpillwayException {
        List<URI> all = new ArrayList<>();
        web(listing.address()).ifPresent(all::add);
        listing.mirrors().forEach(mirror -> web(mirror.toString()).ifPresent(all::add));
        Listing.File first = listing.files().get(0);
        List<URI> answering = new ArrayList<>();
        for (URI folder : all) {
            if (check.answers(folder.resolve(first.name()), first.bytes())) {
                answering.add(folder);
            }
        }
        return answering;
    }

    private List<BulkDownloads.File> files(Listing listing, List<URI> folders) throws SpillwayException {
        List<BulkDownloads.File> files = new ArrayList<>();
        int most = Math.min(MAX_FILES, listing.files().size());
        for (Listing.File file : listing.files().subList(0, most)) {
            List<String> urls = new ArrayList<>();
            for (URI folder : folders) {
                URI address = folder.resolve(file.name());
                if (check.answers(address, file.bytes())) {
                    urls.add(address.toASCIIString());
                }
            }
            if (!urls.isEmpty()) {
                files.add(new BulkDownloads.File(
                        file.name(), file.mediaType(), file.bytes(), file.documents(), file.sha256(), urls));
            }
        }
        return files;
    }

    private static String describedBy(Manifest latest) {
        String dataPackage = "datapackage.json";
        return latest.files().stream().anyMatch(file -> file.name().equals(dataPackage))
                ? dataPackage
                : Manifest.FILE_NAME;
    }

    private @Nullable String firstAnswering(List<URI> folders, String name) throws SpillwayException {
        for (URI folder : folders) {
            String address = answering(folder.resolve(name));
            if (address != null) {
                return address;
            }
        }
        return null;
    }

    private @Nullable String links() throws SpillwayException {
        return answering(
                destination.publicAddress(new ObjectKey(LinksFile.FILE_NAME)).orElse(null));
    }

    private @Nullable String sitePage() throws SpillwayException {
        return answering(destination.publicAddress(new ObjectKey("index.html")).orElse(null));
    }

    /** An identifier rather than a link: the same whether it answers now or not. */
    private @Nullable String problems() {
        if (settings.problemTypes() != null) {
            return settings.problemTypes().toASCIIString();
        }
        return destination
                .publicAddress(NoticeFiles.problems())
                .map(address -> address.toASCIIString() + "#")
                .orElse(null);
    }

    private @Nullable String answering(Optional<URI> address) throws SpillwayException {
        return answering(address.orElse(null));
    }

    private @Nullable String answering(@Nullable URI address) throws SpillwayException {
        return address != null && check.answers(address, AddressCheck.ANY_LENGTH) ? address.toASCIIString() : null;
    }

    /** A URL that a browser opens as a page; a relative one has no meaning in the response to another request. */
    private static Optional<URI> web(String address) {
        try {
            URI uri = new URI(address);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            return web && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static @Nullable String homepage(@Nullable String homepage) {
        return homepage == null
                ? null
                : web(homepage)
                        .map(URI::toASCIIString)
                        .filter(address -> address.length() <= MAX_HOMEPAGE)
                        .orElse(null);
    }

    private static @Nullable String description(Listing listing) {
        return listing.description() == null ? null : PlainText.line(listing.description(), MAX_DESCRIPTION);
    }

    private static @Nullable String licenseName(Listing listing) {
        CustomLicense custom = listing.customLicense();
        return custom == null ? null : PlainText.line(custom.name(), MAX_LICENSE);
    }

    private static @Nullable String license(Listing listing) {
        return listing.license() == null ? null : PlainText.line(listing.license(), MAX_LICENSE);
    }
}
