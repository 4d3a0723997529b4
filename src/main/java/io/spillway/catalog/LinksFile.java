package io.spillway.catalog;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.InputStream;
import java.util.List;

/**
 * The file {@code links.json} at the root: every dataset with its latest dump.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param datasets      sorted by name
 */
public record LinksFile(int formatVersion, List<Listing> datasets) {
    /** Increases if readers of an older version would misread a newer one. */
    public static final int FORMAT_VERSION = 1;

    /** Its name, at the root. */
    public static final String FILE_NAME = "links.json";

    /** @throws IllegalArgumentException if a member is missing, as it may be in a file */
    public LinksFile {
        Present.members("the links", datasets);
        datasets = List.copyOf(datasets);
    }

    /** Returns the file's content. The listings' URLs are those of a document at the root. */
    public static byte[] write(List<Listing> datasets) {
        return ManifestJson.write(new LinksFile(FORMAT_VERSION, datasets));
    }

    /**
     * Reads such a file. The stream stays open.
     *
     * @param where its name in errors
     * @throws SpillwayException if it is not such a file
     */
    public static LinksFile read(InputStream in, String where) throws SpillwayException {
        return ManifestJson.read(in, LinksFile.class, where, "a list of links");
    }
}
