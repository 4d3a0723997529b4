package io.spillway.run;

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
 * The files that name the latest dumps, as a reader needs them: {@code links.json} has one entry for each dataset,
 * {@code latest.json} is such an entry. Of an entry only the address of the dump's folder, or of its manifest, is needed;
 * everything else may be missing or unknown.
 */
final class Pointers {
    static final String LINKS = "links.json";
    static final String LATEST = "latest.json";

    /** A site with thousands of datasets of a hundred parts each. */
    private static final int LARGEST = ManifestJson.LARGEST + 1;

    private Pointers() {}

    /**
     * A dump that is pointed to.
     *
     * @param folder its address
     * @param dump   its id, or null where the pointer does not say
     */
    record Target(URI folder, @Nullable String dump) {}

    /** An entry, of which everything may be missing. */
    private record Entry(
            @Nullable String dump,
            @Nullable String address,
            @Nullable String manifest) {}

    private record Links(@Nullable List<Entry> datasets) {}

    /**
     * The dumps that a file names, at least one.
     *
     * @param folder  has the file
     * @param address the file's own, which its addresses are relative to
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
            throw wrong(address + " names no dump", null);
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
                    Fault.DESTINATION_UNAVAILABLE, address + " could not be read: " + e.getMessage(), "try again", e);
        }
    }

    private static Target target(Entry entry, URI address) throws SpillwayException {
        String link = entry.address() != null ? entry.address() : entry.manifest();
        if (link == null) {
            throw wrong(address + " has an entry without an address", null);
        }
        URI folder;
        try {
            URI whole = address.resolve(link);
            folder = whole.getPath().endsWith("/" + Manifest.FILE_NAME) ? whole.resolve(".") : whole;
        } catch (IllegalArgumentException | NullPointerException e) {
            throw wrong(address + " names \"" + link + "\", which is no address", e);
        }
        String scheme = String.valueOf(folder.getScheme());
        if (!scheme.equals("https") && !scheme.equals(address.getScheme())) {
            throw wrong(address + " names " + folder + ", which is not followed from there", null);
        }
        return new Target(folder, entry.dump());
    }

    private static SpillwayException wrong(String what, @Nullable Throwable cause) {
        return new SpillwayException(
                Fault.INTEGRITY, what, "name the dump's own address, and tell the publisher", cause);
    }
}
