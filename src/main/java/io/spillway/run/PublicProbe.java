package io.spillway.run;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.LatestFile;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.web.WebFolder;
import io.spillway.destination.web.WebPatience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
import io.spillway.schedule.DestinationSection;
import io.spillway.schedule.ScheduleFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes a public URL: stores a small file at the destination, fetches it through the URL without a login as a reader
 * does, compares the bytes, and removes it. Dumps are immutable, so a wrong URL in one stays wrong.
 */
public final class PublicProbe {
    private static final Logger LOG = LoggerFactory.getLogger(PublicProbe.class);

    private static final WebPatience PATIENCE = new WebPatience(
            Duration.ofSeconds(5), Duration.ofSeconds(10), 2, 0, Duration.ofMillis(500), Duration.ofSeconds(1));

    private static final String WHAT_TO_DO =
            "correct public-url, or make it readable without a login; if the host is reachable only later, set"
                    + " try-public-url: false next to it";

    private PublicProbe() {}

    /**
     * Probes the URLs that no dump of the dataset has yet: before the first export, and after a URL was changed.
     *
     * @throws SpillwayException a URL does not serve the stored file, or does not answer
     */
    static void tryNew(ScheduleFile schedule, Destinations places) throws SpillwayException {
        Set<URI> untried = untried(schedule);
        for (Destination place : places.prunable()) {
            Optional<URI> site = Addresses.publicSite(place);
            if (site.isPresent() && !untried.contains(site.get()) && isNew(places, place, schedule, site.get())) {
                tryOut(place);
            }
        }
    }

    /** A destination that does not answer now is left to the delivery: the dump still reaches the others. */
    private static boolean isNew(Destinations places, Destination place, ScheduleFile schedule, URI site)
            throws SpillwayException {
        try {
            return !isKnown(place, schedule.dataset(), site);
        } catch (SpillwayException e) {
            if (place == places.home() || e.fault() == Fault.CANCELLED) {
                throw e;
            }
            LOG.warn(
                    "public-url is not tried address={} destination={} cause=\"{}\"",
                    site,
                    place.name(),
                    e.getMessage());
            return false;
        }
    }

    private static Set<URI> untried(ScheduleFile schedule) {
        Set<URI> untried = new HashSet<>();
        for (DestinationSection section : schedule.destinations()) {
            if (section.publicUrl() != null && !section.tryPublicUrl()) {
                untried.add(section.publicUrl());
            }
            if (section.s3() != null
                    && section.s3().publicUrl() != null
                    && !section.s3().tryPublicUrl()) {
                untried.add(section.s3().publicUrl());
            }
        }
        return untried;
    }

    /** Whether the latest dump of a dataset is published under this URL. */
    private static boolean isKnown(Destination place, String dataset, URI site) throws SpillwayException {
        ObjectKey key = new ObjectKey(dataset).child(LatestFile.FILE_NAME);
        if (place.find(key).isEmpty()) {
            return false;
        }
        try (InputStream in = place.open(key)) {
            return LatestFile.read(in, place.name() + "/" + key).address().startsWith(site.toString());
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            return false;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s cannot be read: %s".formatted(place.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }

    /**
     * Probes the URL of a destination; does nothing if it has none.
     *
     * @throws SpillwayException {@code DESTINATION_REFUSED}: the file is missing, different, or requires a login;
     *     {@code DESTINATION_UNAVAILABLE}: the host does not answer
     */
    public static void tryOut(Destination place) throws SpillwayException {
        // No leading dot: many web servers refuse such names.
        ObjectKey key = new ObjectKey("spillway-check-" + UUID.randomUUID() + ".txt");
        Optional<URI> address = place.publicAddress(key);
        if (address.isEmpty()) {
            return;
        }
        byte[] bytes = (key + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            if (!place.replace(key, bytes, null)) {
                throw new IllegalStateException(key + " already exists");
            }
            fetch(place, address.get(), bytes);
        } finally {
            remove(place, key);
        }
    }

    private static void fetch(Destination place, URI address, byte[] expected) throws SpillwayException {
        URI site = address.resolve(".");
        try (WebFolder web = WebFolder.open(site, PATIENCE)) {
            if (!web.holds(new ObjectKey(name(address)), expected)) {
                throw wrong(place, site, "it serves different bytes", Fault.DESTINATION_REFUSED, null);
            }
        } catch (IOException e) {
            throw wrong(place, site, String.valueOf(e.getMessage()), Fault.DESTINATION_UNAVAILABLE, e);
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED || WHAT_TO_DO.equals(e.hint())) {
                throw e;
            }
            throw wrong(place, site, String.valueOf(e.getMessage()), e.fault(), e);
        }
    }

    private static String name(URI address) {
        String path = address.getRawPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static SpillwayException wrong(
            Destination place, URI site, String cause, Fault fault, @Nullable Exception e) {
        return new SpillwayException(
                fault,
                "public-url %s does not serve the files of %s: %s".formatted(site, place.name(), cause),
                WHAT_TO_DO,
                e);
    }

    private static void remove(Destination place, ObjectKey key) {
        try {
            Interrupts.shielded(() -> place.delete(key));
        } catch (SpillwayException e) {
            LOG.warn(
                    "cannot remove the probe file; remove it manually key={} destination={} cause=\"{}\"",
                    key,
                    place.name(),
                    e.getMessage());
        }
    }
}
