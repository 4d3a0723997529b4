package io.spillway.apply;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.verify.DumpPlace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * What a reader has: the lines of a dump, either as published or as an update wrote them.
 *
 * @param place          the location of its files; its destination is closed by the caller
 * @param dataset        the dataset's name
 * @param dump           id of the dump
 * @param manifestSha256 SHA-256 of the dump's manifest, lower-case hex
 * @param documents      number of documents
 * @param wrapped        whether lines have the document in {@code _source}, beside its {@code _id}
 * @param parts          the files in JSON Lines
 */
public record Copy(
        DumpPlace place,
        String dataset,
        String dump,
        String manifestSha256,
        long documents,
        boolean wrapped,
        List<Part> parts) {
    /** The format of the parts. */
    static final String FORMAT = "jsonl";

    /** Makes the list of parts immutable. */
    public Copy {
        parts = List.copyOf(parts);
    }

    /**
     * Reads what is at a place: {@code copy.json} if there is one, otherwise the manifest.
     *
     * @throws SpillwayException {@link Fault#CONFIG} if the dump has no JSON Lines; {@link Fault#INTEGRITY} if it is
     *     damaged
     */
    public static Copy read(DumpPlace place) throws SpillwayException {
        // The manifest first: many public buckets answer 403 for an object that does not exist.
        if (place.destination().find(place.key(Manifest.FILE_NAME)).isEmpty()
                && place.destination().find(place.key(CopyFile.FILE_NAME)).isPresent()) {
            return ofUpdate(place);
        }
        byte[] bytes = bytes(place.destination(), place.key(Manifest.FILE_NAME));
        Manifest manifest = ManifestJson.read(new ByteArrayInputStream(bytes), place.name() + "/" + Manifest.FILE_NAME);
        // Changes are those of the first such format, if there are several compressions of the same lines.
        Manifest.Format format = manifest.formats().stream()
                .filter(each -> each.name().equals(FORMAT))
                .findFirst()
                .orElseThrow(() -> new SpillwayException(
                        Fault.CONFIG,
                        "dump " + manifest.dump() + " in " + place.name() + " does not have the format " + FORMAT,
                        "changes apply to JSON Lines"));
        List<Part> lines = manifest.parts().stream()
                .filter(part ->
                        part.format().equals(FORMAT) && part.compression().equals(format.compression()))
                .toList();
        return new Copy(
                place,
                manifest.dataset(),
                manifest.dump(),
                Digests.sha256(bytes),
                manifest.documents(),
                manifest.formats().stream()
                        .anyMatch(each ->
                                each.name().equals(FORMAT) && each.options().containsKey("id")),
                lines);
    }

    private static Copy ofUpdate(DumpPlace place) throws SpillwayException {
        String where = place.name() + "/" + CopyFile.FILE_NAME;
        CopyFile file = ManifestJson.read(
                new ByteArrayInputStream(bytes(place.destination(), place.key(CopyFile.FILE_NAME))),
                CopyFile.class,
                where,
                "a description of a copy");
        return new Copy(
                place,
                file.dataset(),
                file.dump(),
                file.manifestSha256(),
                file.documents(),
                file.wrapped(),
                file.parts());
    }

    /** Reads a small file. */
    static byte[] bytes(Destination destination, ObjectKey key) throws SpillwayException {
        String where = destination.name() + "/" + key;
        try (InputStream in = destination.open(key)) {
            byte[] bytes = in.readNBytes(ManifestJson.LARGEST + 1);
            if (bytes.length > ManifestJson.LARGEST) {
                throw new SpillwayException(Fault.INTEGRITY, where + " is too long", null);
            }
            return bytes;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read " + where + ": " + e.getMessage(), "try again", e);
        }
    }
}
