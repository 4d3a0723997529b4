package io.spillway.catalog;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.InputStream;

/**
 * The file {@code DATASET/latest.json}: the pointer to the newest dump.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param listing       the dataset and the dump; its members stand beside the version
 */
public record LatestFile(int formatVersion, @JsonUnwrapped Listing listing) {
    /** Moves when a reader of an older one would misunderstand a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** Its name, below the dataset. */
    public static final String FILE_NAME = "latest.json";

    /** The file's bytes; the listing's addresses are those of a document in the dataset's folder. */
    public static byte[] write(Listing listing) {
        return ManifestJson.write(new LatestFile(FORMAT_VERSION, listing));
    }

    /**
     * Reads what was written. The stream stays open.
     *
     * @param where what to call it in an error
     * @throws SpillwayException it is not such a file
     */
    public static Listing read(InputStream in, String where) throws SpillwayException {
        return ManifestJson.read(in, Listing.class, where, "a pointer to a dump");
    }
}
