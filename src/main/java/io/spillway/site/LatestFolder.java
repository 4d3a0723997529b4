package io.spillway.site;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.page.DumpPage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The files of {@code DATASET/latest/} at a destination without links to folders: the addresses of the newest dump's
 * parts, its checksum file, and its page with links that lead from there to the dump's folder.
 */
final class LatestFolder {
    /** The folder's name, below the dataset. */
    static final String NAME = "latest";

    /** The list of the addresses of the newest dump's parts. */
    static final String URLS = "urls.txt";

    /** All files of the folder. */
    static final List<String> NAMES = List.of(URLS, Sha256Sums.FILE_NAME, DumpPage.FILE_NAME);

    /** A link to a file beside the page. */
    private static final Pattern BESIDE = Pattern.compile("href=\"(?=[A-Za-z0-9._-]+\")");

    private LatestFolder() {}

    /**
     * The addresses of the parts, and the files that the dump has.
     *
     * @param link the key of the folder
     * @throws SpillwayException the destination does not answer
     */
    static Map<ObjectKey, byte[]> files(Destination destination, Manifest latest, ObjectKey link)
            throws SpillwayException {
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>();
        files.put(link.child(URLS), urls(destination, latest));
        ObjectKey folder = new ObjectKey(latest.dump());
        for (String name : new String[] {Sha256Sums.FILE_NAME, DumpPage.FILE_NAME}) {
            ObjectKey key = folder.child(name);
            if (latest.files().stream().anyMatch(file -> file.name().equals(name))
                    && destination.find(key).isPresent()) {
                byte[] bytes = read(destination, key);
                files.put(
                        link.child(name),
                        name.equals(DumpPage.FILE_NAME)
                                ? from(bytes, latest.id().stamp())
                                : bytes);
            }
        }
        return files;
    }

    /** Addresses relative to the folder if the destination has no public one. */
    private static byte[] urls(Destination destination, Manifest latest) {
        ObjectKey folder = new ObjectKey(latest.dump());
        StringBuilder text = new StringBuilder();
        for (Part part : latest.parts()) {
            String address = destination
                    .publicAddress(folder.child(part.name()))
                    .map(URI::toString)
                    .orElse("../" + latest.id().stamp() + "/" + part.name());
            text.append(address).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] from(byte[] page, String stamp) {
        String text = new String(page, StandardCharsets.UTF_8);
        return BESIDE.matcher(text).replaceAll("href=\"../" + stamp + "/").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] read(Destination destination, ObjectKey key) throws SpillwayException {
        try (InputStream in = destination.open(key)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s cannot be read: %s".formatted(destination.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }
}
