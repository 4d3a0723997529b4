package io.spillway.schedule;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Checks URLs to which file names are appended. */
final class Addresses {
    private Addresses() {}

    /** Throws {@link IllegalArgumentException} if file names cannot be appended to the URL. */
    static void requireSlash(String key, @Nullable URI address) {
        if (address == null) {
            return;
        }
        if (address.getRawQuery() != null
                || address.getRawFragment() != null
                || !address.toString().endsWith("/")) {
            throw new IllegalArgumentException(key + " must be a URL that ends in /, without ? and #");
        }
        if (!address.normalize().equals(address)) {
            throw new IllegalArgumentException("%s has //, . or .. in its path, which clients remove; write %s"
                    .formatted(key, address.normalize()));
        }
    }
}
