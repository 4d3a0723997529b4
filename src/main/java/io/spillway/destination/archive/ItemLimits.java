package io.spillway.destination.archive;

import java.util.ArrayList;
import java.util.List;

/** The archive's limits and recommendations for the size of an item. */
public final class ItemLimits {
    /** 1 TiB: above it, the archive answers "over the per item size limit of 1099511627776", even to deletes. */
    public static final long MAX_BYTES = 1L << 40;
    /** 100 GB, from the developer pages on items; help.archive.org names 500 GB. The lower one is used. */
    public static final long ADVISED_BYTES = 100_000_000_000L;
    /** From help.archive.org, "what is not ok to upload"; the developer pages name 10,000. */
    public static final int ADVISED_FILES = 500;

    private ItemLimits() {}

    /** Warnings about dumps of this size for the operator, one sentence each; empty if there are none. */
    public static List<String> warnings(long bytes, int files) {
        List<String> warnings = new ArrayList<>();
        if (bytes > MAX_BYTES) {
            warnings.add("a dump of %,d bytes does not fit into an item: the archive's limit is %,d"
                    .formatted(bytes, MAX_BYTES));
        } else if (bytes > ADVISED_BYTES) {
            warnings.add("a dump of %,d bytes exceeds the %,d that the archive recommends for an item"
                    .formatted(bytes, ADVISED_BYTES));
        }
        if (files > ADVISED_FILES) {
            warnings.add("%,d files exceed the %,d that the archive recommends for an item: use larger parts"
                    .formatted(files, ADVISED_FILES));
        }
        return warnings;
    }
}
