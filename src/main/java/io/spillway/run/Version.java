package io.spillway.run;

/** The version that the build writes into the jar. */
public final class Version {
    private Version() {}

    /** {@code 0.1.0}, or {@code development} if the classes did not come from a jar. */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
