package io.spillway.publish;

import io.spillway.destination.Digests;
import io.spillway.manifest.Part;
import io.spillway.manifest.Sha256Sums;
import io.spillway.manifest.SideFile;
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
import java.util.TreeMap;

/**
 * Writes the files that stand beside the parts, each to the disk, in an order in which a file names only what is there
 * already. The manifest, which names all of them, is its caller's. Belongs to one thread.
 */
final class Companions {
    /** Some documents to look at, not compressed. */
    static final String SAMPLE = "sample.jsonl";

    private static final String URLS = "urls.txt";

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
            write("run.json", draft.runJson().getBytes(StandardCharsets.UTF_8));
        }
        write(URLS, urls());
        int first = files.size();
        write(SchemaFile.FILE_NAME, SchemaFile.of(draft, schemaVersion));
        if (!draft.sample().isEmpty()) {
            write(SAMPLE, draft.sample().getBytes(StandardCharsets.UTF_8));
        }
        write(DataPackage.FILE_NAME, DataPackage.of(draft, List.copyOf(files.subList(first, files.size()))));
        String license = draft.dataset().license();
        if (license != null) {
            write(LicenseFile.FILE_NAME, LicenseFile.of(draft.dataset(), license));
        }
        write(CitationFile.FILE_NAME, CitationFile.of(draft, addresses));
        write(Readme.FILE_NAME, Readme.of(draft, addresses));
        forDownloaders(List.copyOf(files.subList(first, files.size())));
        write(Sha256Sums.FILE_NAME, Sha256Sums.write(hashes()));
    }

    /**
     * What programs fetch the whole dump by, where it has an address.
     *
     * @param beside what they fetch beside the parts
     */
    private void forDownloaders(List<SideFile> beside) throws IOException {
        if (addresses.folders().isEmpty()) {
            return;
        }
        List<SideFile> all = new ArrayList<>();
        draft.parts().forEach(part -> all.add(new SideFile(part.name(), part.bytes(), part.sha256())));
        all.addAll(beside);
        write(metalinkName(draft), Metalink.of(all, addresses.folders(), version));
        String name = draft.dump().stamp();
        List<URI> seeds = addresses.webSeeds(name);
        if (!seeds.isEmpty()) {
            write(torrentName(draft), Torrent.of(name, all, draft.folder(), seeds, version));
        }
    }

    static String metalinkName(Draft draft) {
        return draft.dataset().name() + ".meta4";
    }

    static String torrentName(Draft draft) {
        return draft.dataset().name() + ".torrent";
    }

    /** One address a line; where nobody has said one, one name, which is the same relative to the folder. */
    private byte[] urls() {
        Optional<URI> folder = addresses.first();
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
