package io.spillway.publish;

import io.spillway.catalog.Addresses;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.page.DumpPage;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where people will find a dump: known before it is there, so that its own files can say so. A place that has not got the
 * dump yet answers that it has none, which every tool that knows several addresses takes for a reason to try the next.
 *
 * @param folders  public addresses of the dump's folder, each ending with a slash; those that are slow to show a dump last
 * @param torrents addresses of torrents that places make of the dump by themselves, some time after they have got it
 * @param page     address of the dataset's page: relative to the dump's folder, or absolute where a place keeps no such pages
 */
record DumpAddresses(List<URI> folders, List<URI> torrents, String page) {
    private static final String RELATIVE_PAGE = "../index.html";

    /** Of a dump without a public address. */
    static final DumpAddresses NONE = new DumpAddresses(List.of(), List.of());

    /** Takes copies. */
    DumpAddresses {
        folders = List.copyOf(folders);
        torrents = List.copyOf(torrents);
    }

    /** Addresses of places that all have the dataset's page above the dump. */
    DumpAddresses(List<URI> folders, List<URI> torrents) {
        this(folders, torrents, RELATIVE_PAGE);
    }

    /**
     * The addresses of a dump.
     *
     * @param places where it will be, in the order in which readers should try them
     */
    static DumpAddresses of(DumpId dump, List<? extends Destination> places) {
        ObjectKey folder = ObjectKey.of(dump);
        return new DumpAddresses(
                places.stream()
                        // An archive shows what it was sent after hours.
                        .sorted(Comparator.comparing(place -> !place.traits().keepsSiteFiles()))
                        .flatMap(place -> Addresses.publicFolder(place, folder).stream())
                        .toList(),
                places.stream()
                        .flatMap(place -> place.torrentAddress(folder).stream())
                        .toList(),
                page(dump, places));
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

    /** The only public folder, or empty where there is none or where several places have the same files. */
    Optional<URI> only() {
        return folders.size() == 1 ? first() : Optional.empty();
    }

    /** The page of the dump in the folder that readers should try first: every web server and every bucket shows it. */
    Optional<URI> index() {
        return first().map(folder -> folder.resolve(DumpPage.FILE_NAME));
    }

    /** The folder that readers should try first, or empty where none is public. */
    Optional<URI> first() {
        return folders.stream().findFirst();
    }

    /**
     * The addresses of the folders above, as far as the dump's own folder has the name {@code name} there: a client puts
     * that name of the torrent behind the address of a web seed (BEP 19).
     */
    List<URI> webSeeds(String name) {
        return folders.stream()
                .filter(folder -> folder.getPath().endsWith("/" + name + "/"))
                .map(folder -> folder.resolve(".."))
                .toList();
    }
}
