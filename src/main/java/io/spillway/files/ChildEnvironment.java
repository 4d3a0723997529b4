package io.spillway.files;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The environment of programs that Spillway starts. Its own may hold keys and passwords, so a program gets what programs
 * need to run at all, and what the operator names in {@value #PASSED}, names joined by commas.
 */
public final class ChildEnvironment {
    /** The variable that names further variables to pass on. */
    public static final String PASSED = "SPILLWAY_PASS_ENVIRONMENT";

    private static final Set<String> NEEDED =
            Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR");

    private ChildEnvironment() {}

    /** Takes all other variables out of a program's environment, before it is started. */
    public static void limit(ProcessBuilder program) {
        Set<String> kept = new HashSet<>(NEEDED);
        String passed = program.environment().get(PASSED);
        if (passed != null) {
            kept.addAll(Arrays.stream(passed.split(",", -1)).map(String::strip).toList());
        }
        for (String name : List.copyOf(program.environment().keySet())) {
            if (!kept.contains(name) && !name.startsWith("LC_")) {
                program.environment().remove(name);
            }
        }
    }
}
