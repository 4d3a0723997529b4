package io.spillway.publish;

import io.spillway.dataset.Dataset;
import io.spillway.destination.Digests;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
import io.spillway.page.DumpPage;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes the files that stand beside the parts, each to the disk, in an order in which a file names only what is there
 * already. The manifest, which names all of them, is its caller's. Belongs to one thread.
 */
final class Companions {
    /** Some documents to look at, not compressed. */
    static final String SAMPLE = "sample.jsonl";

    private static final String URLS = "urls.txt";
    private static final String RUN = "run.json";

    private final Draft draft;
    private final DumpAddresses addresses;
    private final String version;
    private final List<SideFile> files = new ArrayList<>();

    private Companions(Draft draft, DumpAddresses addresses, String version) {
        this.draft = draft;
        this.addresses = addresses;
        this.version = version;
    }

    /**
     * Writes all of them into the draft's folder.
     *
     * @param version Spillway's own
     * @return what was written, in that order
     */
    static List<SideFile> write(Draft draft, int schemaVersion, DumpAddresses addresses, String version)
            throws IOException {
        Companions companions = new Companions(draft, addresses, version);
        companions.write(schemaVersion);
        return List.copyOf(companions.files);
    }

    private void write(int schemaVersion) throws IOException {
        if (!draft.runJson().isEmpty()) {
            write(RUN, draft.runJson().getBytes(StandardCharsets.UTF_8));
        }
        write(URLS, urls());
        write(SchemaFile.FILE_NAME, SchemaFile.of(draft, schemaVersion));
        if (!draft.sample().isEmpty()) {
            write(SAMPLE, draft.sample().getBytes(StandardCharsets.UTF_8));
        }
        write(DataPackage.FILE_NAME, DataPackage.of(draft, resources()));
        String license = draft.dataset().license();
        if (license != null) {
            write(LicenseFile.FILE_NAME, LicenseFile.of(draft.dataset(), license));
        }
        write(CitationFile.FILE_NAME, CitationFile.of(draft, addresses));
        write(Readme.FILE_NAME, Readme.of(draft, addresses));
        write(DumpPage.FILE_NAME, page());
        write(Sha256Sums.FILE_NAME, Sha256Sums.write(hashes()));
        forDownloaders();
    }

    /** Files beside the parts that readers of data want too. */
    private List<SideFile> resources() {
        return files.stream()
                .filter(file -> Set.of(SchemaFile.FILE_NAME, SAMPLE).contains(file.name()))
                .toList();
    }

    /** Links to every file, also to those that come after the page: their names are known. */
    private byte[] page() {
        Dataset dataset = draft.dataset();
        List<DumpPage.File> links = new ArrayList<>();
        draft.parts().forEach(part -> links.add(DumpPage.File.of(part.name(), part.bytes())));
        files.forEach(file -> links.add(
                // How the export went differs from run to run; the page does not.
                file.name().equals(RUN) ? new DumpPage.File(RUN, "") : DumpPage.File.of(file.name(), file.bytes())));
        links.add(new DumpPage.File(Sha256Sums.FILE_NAME, ""));
        downloaders().forEach(name -> links.add(new DumpPage.File(name, "")));
        links.add(new DumpPage.File(Manifest.FILE_NAME, ""));
        return DumpPage.write(
                dataset.title(),
                dataset.description(),
                draft.dump().toString(),
                draft.takenAt(),
                draft.documents(),
                draft.bytes(),
                dataset.license(),
                dataset.publisher(),
                addresses.page(),
                links);
    }

    /** Names of the files for programs that fetch the whole dump. */
    private List<String> downloaders() {
        List<String> names = new ArrayList<>();
        if (!addresses.folders().isEmpty()) {
            names.add(metalinkName(draft));
        }
        if (!addresses.webSeeds(draft.dump().stamp()).isEmpty()) {
            names.add(torrentName(draft));
        }
        return names;
    }

    /**
     * What programs fetch the whole dump by, where it has an address. The manifest has the checksums of both files, so that
     * neither can have that of the manifest: the torrent lacks it, and the metalink names it without a checksum. Neither names
     * itself or the other, which aria2 would follow.
     */
    private void forDownloaders() throws IOException {
        List<SideFile> all = new ArrayList<>();
        draft.parts().forEach(part -> all.add(new SideFile(part.name(), part.bytes(), part.sha256())));
        all.addAll(files);
        String stamp = draft.dump().stamp();
        for (String name : downloaders()) {
            write(
                    name,
                    name.equals(torrentName(draft))
                            ? Torrent.of(stamp, all, draft.folder(), addresses.webSeeds(stamp), version)
                            : Metalink.of(
                                    draft.dump().toString(),
                                    all,
                                    List.of(Manifest.FILE_NAME),
                                    addresses.folders(),
                                    version));
        }
    }

    static String metalinkName(Draft draft) {
        return draft.dataset().name() + ".meta4";
    }

    static String torrentName(Draft draft) {
        return draft.dataset().name() + ".torrent";
    }

    /**
     * One address a line where the dump is at one public place. Else one name a line, relative to the folder: the same file
     * lies at every place, and leads to the files beside it.
     */
    private byte[] urls() {
        Optional<URI> folder = addresses.only();
        StringBuilder lines = new StringBuilder();
        for (Part part : draft.parts()) {
            String name = part.name();
            lines.append(folder.map(address -> address.resolve(name).toString()).orElse(name))
                    .append('\n');
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, String> hashes() {
        Map<String, String> hashes = new TreeMap<>();
        draft.parts().forEach(part -> hashes.put(part.name(), part.sha256()));
        files.forEach(file -> hashes.put(file.name(), file.sha256()));
        return hashes;
    }

    private void write(String name, byte[] bytes) throws IOException {
        files.add(write(draft.folder(), name, bytes));
    }

    /** Writes a file that is not there yet, and waits until it is on the disk. */
    static SideFile write(Path folder, String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return new SideFile(name, bytes.length, Digests.sha256(bytes));
    }
}
