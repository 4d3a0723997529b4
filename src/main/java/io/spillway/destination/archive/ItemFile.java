package io.spillway.destination.archive;

import io.spillway.dataset.DumpId;
import io.spillway.destination.ObjectKey;
import java.util.Optional;

/**
 * A key that the archive can store: {@code DATASET/DUMPDATE/FILE}.
 *
 * @param dump the dump, which is the item
 * @param name the rest of the key, which is the file's name in the item; may contain slashes
 */
record ItemFile(DumpId dump, String name) {

    /** Empty for every key that is not below a dated dump. */
    static Optional<ItemFile> of(ObjectKey key) {
        return ofPrefix(key.value()).filter(file -> !file.name().isEmpty());
    }

    /** The same for a key prefix; the name may then be incomplete or empty. */
    static Optional<ItemFile> ofPrefix(String prefix) {
        String[] segments = prefix.split("/", 3);
        if (segments.length < 2) {
            return Optional.empty();
        }
        String name = segments.length == 3 ? segments[2] : "";
        try {
            return DumpId.of(segments[0], segments[1]).map(dump -> new ItemFile(dump, name));
        } catch (IllegalArgumentException notADataset) {
            return Optional.empty();
        }
    }
}
