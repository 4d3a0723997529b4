package io.spillway.destination.archive;

import java.util.ArrayList;
import java.util.List;

/** How large an item may be and should be. */
public final class ItemLimits {
    /** 1 TiB: "over the per item size limit of 1099511627776" is what the archive answers above it, to deletes too. */
    public static final long MAX_BYTES = 1L << 40;
    /** 100 GB, from the pages on items for developers; help.archive.org speaks of 500 GB. The lower one counts. */
    public static final long ADVISED_BYTES = 100_000_000_000L;
    /** From help.archive.org, "what is not ok to upload"; the pages for developers speak of 10,000. */
    public static final int ADVISED_FILES = 500;

    private ItemLimits() {}

    /** What to tell an operator of dumps of this size beforehand, a sentence each; empty if there is nothing to say. */
    public static List<String> warnings(long bytes, int files) {
        List<String> warnings = new ArrayList<>();
        if (bytes > MAX_BYTES) {
            warnings.add(
                    "a dump of %,d bytes does not fit into an item: the archive takes %,d".formatted(bytes, MAX_BYTES));
        } else if (bytes > ADVISED_BYTES) {
            warnings.add("a dump of %,d bytes is above the %,d that the archive advises for an item"
                    .formatted(bytes, ADVISED_BYTES));
        }
        if (files > ADVISED_FILES) {
            warnings.add("%,d files are more than the %,d that the archive advises for an item: make parts larger"
                    .formatted(files, ADVISED_FILES));
        }
        return warnings;
    }
}
