package io.spillway.source.repository;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a source that reads a snapshot repository.
 *
 * @param snapshot  {@link #LATEST}, a name, or a pattern with {@code *}, of which the newest is read
 * @param maxAge    how old the snapshot may be, or null
 * @param index     index, alias, data stream or pattern, as in a request to a server
 * @param reading   how it is read
 */
public record RepositoryOptions(String snapshot, @Nullable Duration maxAge, String index, Reading reading) {
    /** The newest successful snapshot that has the index. */
    public static final String LATEST = "latest";

    /**
     * How documents are read.
     *
     * @param slices         number of slices, 1 to 1,024, or null to derive it
     * @param lanes          number of slices read in parallel, at least 1, or null for one for each core
     * @param pageBytes      size of a page in bytes, which a longer document exceeds
     * @param replaceNotUtf8 whether bytes that are not UTF-8 are replaced; otherwise they stop the run
     */
    public record Reading(
            @Nullable Integer slices, @Nullable Integer lanes, int pageBytes, boolean replaceNotUtf8) {}
}
