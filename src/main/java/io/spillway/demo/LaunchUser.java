package io.spillway.demo;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.ChildEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The user that the server runs as. Elasticsearch refuses root, so root hands it to another one. */
enum LaunchUser {
    /** Whoever runs us. */
    SAME,

    /**
     * A uid that need not exist in passwd. Every file must be within its reach, and the server's own folder belong to
     * it.
     */
    OTHER_UID,

    /** Still root outside, so it reaches what root owns; 1000 in a user namespace of its own, which Elasticsearch takes. */
    OWN_NAMESPACE;

    private static final int ROOT = 0;
    private static final int OTHER = 64_001;

    /** Starting a program takes milliseconds; this is for a machine that swaps. */
    private static final int PROBE_SECONDS = 20;

    /** What stands before the command so that it runs as this user. */
    List<String> prefix() {
        return switch (this) {
            case SAME -> List.of();
            case OTHER_UID -> List.of("setpriv", "--reuid=" + OTHER, "--regid=" + OTHER, "--clear-groups", "--");
            case OWN_NAMESPACE -> List.of("unshare", "-U", "--map-user=1000", "--map-group=1000");
        };
    }

    /**
     * The first of them that may run the server in {@code home} with the Java in {@code javaHome}, tried out rather than
     * worked out: access lists, capabilities and containers all have a say.
     *
     * @param folder a new folder of the server's own, which tells who we are: whoever owns it
     * @throws SpillwayException CONFIG where we are root and neither way works
     */
    static LaunchUser choose(Path home, Path javaHome, Path folder) throws SpillwayException, InterruptedException {
        if (!ownedByRoot(folder)) {
            return SAME;
        }
        for (LaunchUser user : List.of(OTHER_UID, OWN_NAMESPACE)) {
            if (user.reaches(home, javaHome, folder)) {
                return user;
            }
        }
        throw new SpillwayException(
                Fault.CONFIG,
                "Elasticsearch refuses to run as root, and no other user can start it from " + home,
                "run this as another user, or put the server, Java and the folder for temporary files where every user"
                        + " can read them and install setpriv");
    }

    /** Gives the folder and all that is in it to this user. */
    void own(Path folder) throws IOException {
        if (this != OTHER_UID) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.setAttribute(path, "unix:gid", OTHER, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:uid", OTHER, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static boolean ownedByRoot(Path folder) {
        try {
            return Files.getAttribute(folder, "unix:uid") instanceof Integer uid && uid == ROOT;
        } catch (IOException | UnsupportedOperationException unknown) {
            return false; // then the server says itself what it does not like
        }
    }

    private boolean reaches(Path home, Path javaHome, Path folder) throws InterruptedException {
        List<String> command = new ArrayList<>(prefix());
        command.addAll(List.of("/bin/sh", "-c", "for path; do [ -r \"$path\" ] && [ -x \"$path\" ] || exit 1; done"));
        command.add("sh");
        // The folder itself is 0700 until it is handed over, so the one above it stands for it.
        for (Path path : List.of(
                home.resolve("bin/elasticsearch"),
                home.resolve("lib"),
                home.resolve("modules"),
                javaHome.resolve("bin/java"),
                Objects.requireNonNull(folder.getParent()))) {
            command.add(path.toString());
        }
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            ChildEnvironment.limit(builder);
            Process probe = builder.start();
            try {
                return probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0;
            } finally {
                probe.destroyForcibly().onExit().join(); // SIGKILL cannot be put off, and who gives up leaves nothing
            }
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
