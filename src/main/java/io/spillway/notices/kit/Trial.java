package io.spillway.notices.kit;

import java.util.List;

/**
 * The check of a kit by its server.
 *
 * @param files    a configuration that includes the kit's files, to be written next to them
 * @param programs names under which the program may be installed; the first that exists is used
 * @param options  arguments of the program
 */
public record Trial(List<KitFile> files, List<String> programs, List<String> options) {
    /** Takes copies. */
    public Trial {
        files = List.copyOf(files);
        programs = List.copyOf(programs);
        options = List.copyOf(options);
    }
}
