package io.spillway.notices.kit;

import java.util.List;

/**
 * How a server is asked whether it accepts a kit.
 *
 * @param files    a configuration that includes the kit's files, beside which these are put
 * @param programs names under which the program is installed, the first that is there is taken
 * @param options  what follows the program's name
 */
public record Trial(List<KitFile> files, List<String> programs, List<String> options) {
    /** Takes copies. */
    public Trial {
        files = List.copyOf(files);
        programs = List.copyOf(programs);
        options = List.copyOf(options);
    }
}
