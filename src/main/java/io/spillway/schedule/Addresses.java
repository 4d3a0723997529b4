package io.spillway.schedule;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Addresses to which names of files are added. */
final class Addresses {
    private Addresses() {}

    /** Fails with {@link IllegalArgumentException} on an address to which no name can be added as it is. */
    static void requireSlash(String key, @Nullable URI address) {
        if (address == null) {
            return;
        }
        if (address.getRawQuery() != null
                || address.getRawFragment() != null
                || !address.toString().endsWith("/")) {
            throw new IllegalArgumentException(key + " must be an address that ends in /, without ? and #");
        }
        if (!address.normalize().equals(address)) {
            throw new IllegalArgumentException("%s has //, . or .. in its path, which clients remove; write %s"
                    .formatted(key, address.normalize()));
        }
    }
}
