package io.spillway.publish;

import io.spillway.catalog.Addresses;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.Torrents;
import io.spillway.page.DumpPage;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The public URLs of a dump, known before it is published so that its own files can contain them. A destination that
 * does not have the dump yet answers "not found", and tools that know several URLs then try the next one.
 *
 * @param folders  public URLs of the dump's folder, each ending with a slash; destinations that show a dump late come
 *                 last
 * @param torrents URLs of torrents that destinations generate some time after they receive the dump
 * @param page     URL of the dataset's page: relative to the dump's folder, or absolute if a destination has no such
 *                 pages
 * @param seeded   whether the dump's own torrent can be made, for which the parts are read
 */
record DumpAddresses(List<URI> folders, List<URI> torrents, String page, boolean seeded) {
    private static final String RELATIVE_PAGE = "../index.html";

    /** A dump without a public URL. */
    static final DumpAddresses NONE = new DumpAddresses(List.of(), List.of());

    /** Makes defensive copies. */
    DumpAddresses {
        folders = List.copyOf(folders);
        torrents = List.copyOf(torrents);
    }

    /** URLs at destinations that all have the dataset's page above the dump. */
    DumpAddresses(List<URI> folders, List<URI> torrents) {
        this(folders, torrents, RELATIVE_PAGE, true);
    }

    /** The same without a torrent of the dump's own. */
    DumpAddresses unseeded() {
        return new DumpAddresses(folders, torrents, page, false);
    }

    /**
     * Returns the URLs of a dump.
     *
     * @param places its destinations, in the order in which readers should try them
     */
    static DumpAddresses of(DumpId dump, List<? extends Destination> places) {
        ObjectKey folder = ObjectKey.of(dump);
        return new DumpAddresses(
                places.stream()
                        // An archive shows an upload hours later.
                        .sorted(Comparator.comparing(place -> !place.traits().keepsSiteFiles()))
                        .flatMap(place -> Addresses.publicFolder(place, folder).stream())
                        .toList(),
                places.stream()
                        .flatMap(place -> place.capability(Torrents.class).stream())
                        .flatMap(torrents -> torrents.torrentAddress(folder).stream())
                        .toList(),
                page(dump, places),
                true);
    }

    private static String page(DumpId dump, List<? extends Destination> places) {
        return places.stream().allMatch(place -> place.traits().keepsSiteFiles())
                ? RELATIVE_PAGE
                : places.stream()
                        .filter(place -> place.traits().keepsSiteFiles())
                        .flatMap(place ->
                                place.publicAddress(new ObjectKey(dump.dataset()).child("index.html")).stream())
                        .map(URI::toString)
                        .findFirst()
                        .orElse(RELATIVE_PAGE);
    }

    /** The only public folder; empty if there is none or several. */
    Optional<URI> only() {
        return folders.size() == 1 ? first() : Optional.empty();
    }

    /** The dump's page in the preferred folder, which every web server and every bucket serves. */
    Optional<URI> index() {
        return first().map(folder -> folder.resolve(DumpPage.FILE_NAME));
    }

    /** The folder that readers should try first; empty if none is public. */
    Optional<URI> first() {
        return folders.stream().findFirst();
    }

    /**
     * The parent folders, where the dump's own folder is called {@code name}: a client appends the torrent's name to
     * the URL of a web seed (BEP 19). Empty without a torrent.
     */
    List<URI> webSeeds(String name) {
        return folders.stream()
                .filter(folder -> seeded && folder.getPath().endsWith("/" + name + "/"))
                .map(folder -> folder.resolve(".."))
                .toList();
    }
}
