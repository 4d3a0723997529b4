package io.spillway.manifest;

import java.time.Instant;
import java.util.List;

/**
 * The notice in the place of a dump that was taken back. From the moment that it is there nothing of ours points at the
 * dump any more; the manifest goes after that.
 *
 * @param dump        the dump's id
 * @param reason      why, for everybody to read
 * @param withdrawnAt when
 * @param documents   how many it had
 * @param bytes       of its parts
 * @param files       its files, which may be there still
 */
public record Withdrawal(
        String dump, String reason, Instant withdrawnAt, long documents, long bytes, List<String> files) {
    /** Its name, in the dump's folder. */
    public static final String FILE_NAME = "withdrawn.json";

    /** Fails with {@link IllegalArgumentException} where a member is missing, or a file could leave the dump's folder. */
    public Withdrawal {
        Required.members("a notice", dump, reason, withdrawnAt, files);
        files = List.copyOf(files);
        files.forEach(Required::fileName);
    }
}
