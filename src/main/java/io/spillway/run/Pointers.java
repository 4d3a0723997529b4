package io.spillway.run;

import io.spillway.catalog.DumpSummary;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files that name the latest dumps: {@code links.json} has one entry for each dataset, {@code latest.json} is
 * one such entry. Only an entry's address of the dump's manifest, page or folder is required; all other members may be
 * missing or unknown.
 */
final class Pointers {
    static final String LINKS = "links.json";
    static final String LATEST = "latest.json";

    /** Enough for a site with thousands of datasets of a hundred parts each. */
    private static final int LARGEST = ManifestJson.LARGEST + 1;

    private Pointers() {}

    /**
     * A dump that is pointed to.
     *
     * @param folder its URL
     * @param dump   its id, or null if the pointer does not contain it
     */
    record Target(URI folder, @Nullable String dump) {}

    /** An entry; every member may be missing. */
    private record Entry(
            @Nullable String dump,
            @Nullable String address,
            @Nullable String manifest) {}

    private record Links(@Nullable List<Entry> datasets) {}

    /**
     * The dumps that a file names, at least one.
     *
     * @param folder  contains the file
     * @param address URL of the file; its links are resolved against it
     */
    static List<Target> read(Destination folder, String file, URI address) throws SpillwayException {
        byte[] bytes = bytes(folder, file, address);
        List<Entry> entries = file.equals(LINKS)
                ? ManifestJson.read(new ByteArrayInputStream(bytes), Links.class, address.toString(), "a list of links")
                        .datasets()
                : List.of(ManifestJson.read(
                        new ByteArrayInputStream(bytes), Entry.class, address.toString(), "a pointer to a dump"));
        List<Target> targets = new ArrayList<>();
        for (Entry entry : Objects.requireNonNullElse(entries, List.<Entry>of())) {
            targets.add(target(entry, address));
        }
        if (targets.isEmpty()) {
            throw wrong(address + " does not name a dump", null);
        }
        return targets;
    }

    private static byte[] bytes(Destination folder, String file, URI address) throws SpillwayException {
        try (InputStream in = folder.open(new ObjectKey(file))) {
            byte[] bytes = in.readNBytes(LARGEST);
            if (bytes.length == LARGEST) {
                throw wrong(address + " is too long", null);
            }
            return bytes;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, address + " cannot be read: " + e.getMessage(), "try again", e);
        }
    }

    private static Target target(Entry entry, URI address) throws SpillwayException {
        String link = entry.manifest() != null ? entry.manifest() : entry.address();
        if (link == null) {
            throw wrong(address + " has an entry without an address", null);
        }
        URI folder;
        try {
            URI resolved = address.resolve(link);
            boolean file = resolved.getPath().endsWith("/" + Manifest.FILE_NAME)
                    || resolved.getPath().endsWith("/" + DumpSummary.PAGE);
            folder = file ? resolved.resolve(".") : resolved;
        } catch (IllegalArgumentException | NullPointerException e) {
            throw wrong(address + " names \"" + link + "\", which is not a valid URL", e);
        }
        String scheme = String.valueOf(folder.getScheme());
        if (!scheme.equals("https") && !scheme.equals(address.getScheme())) {
            throw wrong(
                    address + " names " + folder + ", which has another scheme than https and is not followed", null);
        }
        return new Target(folder, entry.dump());
    }

    private static SpillwayException wrong(String what, @Nullable Throwable cause) {
        return new SpillwayException(
                Fault.INTEGRITY, what, "use the URL of the dump itself, and inform the publisher", cause);
    }
}
