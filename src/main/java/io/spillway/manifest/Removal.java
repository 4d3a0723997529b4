package io.spillway.manifest;

import java.util.List;

/**
 * The mark of a dump that retention is removing. As soon as it exists, no catalog lists the dump; then links are
 * updated and the files deleted.
 *
 * @param dump  the dump's id
 * @param files names of the files to delete, directly in the dump's folder
 */
public record Removal(String dump, List<String> files) {
    /** Its name, in the dump's folder. */
    public static final String FILE_NAME = "removing.json";

    /** @throws IllegalArgumentException if a member is missing, or a name is outside of the folder */
    public Removal {
        Required.members("a removal", dump, files);
        files = List.copyOf(files);
        for (String name : files) {
            if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
                throw new IllegalArgumentException("\"" + name + "\" is not a file of a dump");
            }
        }
    }
}
