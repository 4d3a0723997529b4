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
 * Writes the files beside the parts and syncs each to disk, in an order in which a file refers only to files that
 * already exist. The caller writes the manifest, which lists all of them. Not thread-safe.
 */
final class Companions {
    /** The first documents, uncompressed, as a preview. */
    static final String SAMPLE = "sample.jsonl";

    private static final String URLS = Croissant.LIST_OF_PARTS;
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
     * @param version the version of Spillway
     * @return the files in the order in which they were written
     */
    static List<SideFile> write(Draft draft, int schemaVersion, DumpAddresses addresses, String version)
            throws IOException {
        Companions companions = new Companions(draft, addresses, version);
        companions.write(schemaVersion);
        return List.copyOf(companions.files);
    }

    private void write(int schemaVersion) throws IOException {
        draft.changeFiles().forEach(file -> files.add(new SideFile(file.name(), file.bytes(), file.sha256())));
        if (!draft.runJson().isEmpty()) {
            write(RUN, draft.runJson().getBytes(StandardCharsets.UTF_8));
        }
        write(URLS, urls());
        write(SchemaFile.FILE_NAME, SchemaFile.of(draft, schemaVersion));
        if (!draft.sample().isEmpty()) {
            write(SAMPLE, draft.sample().getBytes(StandardCharsets.UTF_8));
        }
        write(DataPackage.FILE_NAME, DataPackage.of(draft, named(SchemaFile.FILE_NAME, SAMPLE)));
        write(Croissant.FILE_NAME, Croissant.of(draft, named(SchemaFile.FILE_NAME, SAMPLE, URLS), addresses));
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

    /** The files of these names that were written so far, in the order in which they were written. */
    private List<SideFile> named(String... names) {
        return files.stream()
                .filter(file -> Set.of(names).contains(file.name()))
                .toList();
    }

    /** Links to every file, including those written after the page, whose names are known. */
    private byte[] page() {
        Dataset dataset = draft.dataset();
        List<DumpPage.File> links = new ArrayList<>();
        draft.parts().forEach(part -> links.add(DumpPage.File.of(part.name(), part.bytes())));
        files.forEach(file -> links.add(
                // The size of run.json differs between runs; the page must not.
                file.name().equals(RUN) ? new DumpPage.File(RUN, "") : DumpPage.File.of(file.name(), file.bytes())));
        links.add(new DumpPage.File(Sha256Sums.FILE_NAME, ""));
        downloaders().forEach(name -> links.add(new DumpPage.File(name, "")));
        links.add(new DumpPage.File(Manifest.FILE_NAME, ""));
        // Programs that follow links leave out the page that they began at, unless it links itself.
        links.add(new DumpPage.File(DumpPage.FILE_NAME, ""));
        return DumpPage.write(
                dataset.title(),
                dataset.description(),
                draft.dump().toString(),
                draft.takenAt(),
                draft.documents(),
                draft.bytes(),
                dataset.license(),
                dataset.customLicense(),
                dataset.publisher(),
                addresses.page(),
                links,
                draft.parts().stream().anyMatch(part -> part.format().equals("parquet"))
                        ? ParquetTable.LOADED_BY
                        : List.of());
    }

    /** Names of the files for download programs. */
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
     * Files for programs that download the whole dump, if the dump has a URL. The manifest contains the checksums of
     * both files, so neither can contain the manifest's: the torrent omits it, and the metalink lists it without a
     * checksum. Neither lists itself or the other, because aria2 would follow it.
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
     * One URL per line if the dump has exactly one public folder. Otherwise one name per line, relative to the folder,
     * since the same file is published at every destination.
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

    /** Creates a new file and syncs it to disk. */
    static SideFile write(Path folder, String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return new SideFile(name, bytes.length, Digests.sha256(bytes));
    }
}
