package io.spillway.files;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Limits the environment of child processes. Spillway's own environment may contain keys and passwords, so a program
 * gets only the variables that programs generally need, and those that the operator lists in {@value #PASSED},
 * separated by commas.
 */
public final class ChildEnvironment {
    /** The variable that lists further variables to pass on. */
    public static final String PASSED = "SPILLWAY_PASS_ENVIRONMENT";

    private static final Set<String> NEEDED =
            Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR");

    private ChildEnvironment() {}

    /** Removes all other variables from a program's environment; call before starting it. */
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
