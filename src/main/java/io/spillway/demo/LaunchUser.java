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

/** The user that runs the server. Elasticsearch refuses to run as root, so root uses another one. */
enum LaunchUser {
    /** The current user. */
    SAME,

    /** A uid that need not exist in passwd. It must be able to read every file, and own the server's folder. */
    OTHER_UID,

    /**
     * Still root outside, so it can read root's files; 1000 in a separate user namespace, which Elasticsearch accepts.
     */
    OWN_NAMESPACE;

    private static final int ROOT = 0;
    private static final int OTHER = 64_001;

    /** Starting a program takes milliseconds; this allows for a swapping machine. */
    private static final int PROBE_SECONDS = 20;

    /** The command prefix that runs a command as this user. */
    List<String> prefix() {
        return switch (this) {
            case SAME -> List.of();
            case OTHER_UID -> List.of("setpriv", "--reuid=" + OTHER, "--regid=" + OTHER, "--clear-groups", "--");
            case OWN_NAMESPACE -> List.of("unshare", "-U", "--map-user=1000", "--map-group=1000");
        };
    }

    /**
     * The first of them that can run the server with the Java in {@code javaHome}. Tried rather than computed, because
     * access lists, capabilities and containers all have an effect.
     *
     * @param folder a new folder for the server; its owner is the current user
     * @throws SpillwayException CONFIG if the current user is root and neither alternative works
     */
    static LaunchUser choose(Distribution server, Path javaHome, Path folder)
            throws SpillwayException, InterruptedException {
        if (!ownedByRoot(folder)) {
            return SAME;
        }
        for (LaunchUser user : List.of(OTHER_UID, OWN_NAMESPACE)) {
            if (user.reaches(server, javaHome, folder)) {
                return user;
            }
        }
        throw new SpillwayException(
                Fault.CONFIG,
                server.title() + " refuses to run as root, and no other user can start it from " + server.home(),
                "run this as another user, or make the server, Java and the temporary folder readable for every"
                        + " user and install setpriv");
    }

    /** Makes this user the owner of the folder and its content. */
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
            return false; // then the server itself reports its problem
        }
    }

    private boolean reaches(Distribution server, Path javaHome, Path folder) throws InterruptedException {
        List<String> command = new ArrayList<>(prefix());
        command.addAll(List.of("/bin/sh", "-c", "for path; do [ -r \"$path\" ] && [ -x \"$path\" ] || exit 1; done"));
        command.add("sh");
        // The folder itself has mode 0700 until it is handed over, so its parent is checked instead.
        for (Path path : List.of(
                server.executable(),
                server.home().resolve("lib"),
                server.home().resolve("modules"),
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
                probe.destroyForcibly().onExit().join(); // SIGKILL takes effect at once, so no process is left behind
            }
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
