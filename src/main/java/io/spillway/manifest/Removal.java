package io.spillway.manifest;

import java.util.List;

/**
 * The mark of a dump that retention removes. From the moment that it is there no catalog lists the dump; links move, and
 * then the files go.
 *
 * @param dump  the dump's id
 * @param files the names of the files that go, directly in the dump's folder
 */
public record Removal(String dump, List<String> files) {
    /** Its name, in the dump's folder. */
    public static final String FILE_NAME = "removing.json";

    /** Fails with {@link IllegalArgumentException} where a member is missing, or a name leads out of the folder. */
    public Removal {
        Required.members("a removal", dump, files);
        files = List.copyOf(files);
        for (String name : files) {
            if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
                throw new IllegalArgumentException("\"" + name + "\" is no file of a dump");
            }
        }
    }
}
