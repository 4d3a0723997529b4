package io.spillway.catalog;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.InputStream;

/**
 * The file {@code DATASET/latest.json}: the pointer to the newest dump.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param listing       the dataset and the dump, unwrapped beside the version
 */
public record LatestFile(int formatVersion, @JsonUnwrapped Listing listing) {
    /** Increases if readers of an older version would misread a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** Its name, below the dataset. */
    public static final String FILE_NAME = "latest.json";

    /** Returns the file's content. The listing's URLs are those of a document in the dataset's folder. */
    public static byte[] write(Listing listing) {
        return ManifestJson.write(new LatestFile(FORMAT_VERSION, listing));
    }

    /**
     * Reads such a file. The stream stays open.
     *
     * @param where its name in errors
     * @throws SpillwayException if it is not such a file
     */
    public static Listing read(InputStream in, String where) throws SpillwayException {
        return ManifestJson.read(in, Listing.class, where, "a pointer to a dump");
    }
}
