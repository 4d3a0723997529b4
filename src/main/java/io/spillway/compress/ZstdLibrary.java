package io.spillway.compress;

import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether zstd's native library loads here. The bindings unpack it from their jar into a temporary folder and load it
 * from there, which fails on a platform they have no build for, in a folder that is missing, full or read-only, and on
 * a file system that is mounted without the right to execute.
 */
final class ZstdLibrary {
    private ZstdLibrary() {}

    /** Why it does not load and what to do, in one line; empty where it did. Tries once in a process; never throws. */
    static Optional<String> whyUnavailable() {
        return Attempt.FAILURE;
    }

    /** Fails with that line where the library does not load. */
    static void require() throws IOException {
        Optional<String> failure = whyUnavailable();
        if (failure.isPresent()) {
            throw new IOException(failure.get());
        }
    }

    /** Its class is initialized, and the library loaded, by the first question. */
    private static final class Attempt {
        private static final Optional<String> FAILURE = load();

        private static Optional<String> load() {
            try {
                Native.load();
                return Optional.empty();
            } catch (LinkageError | RuntimeException e) {
                // What the bindings throw is a LinkageError in all the ways to fail that were tried.
                return Optional.of(explain(Objects.requireNonNullElse(e.getMessage(), e.toString())));
            }
        }
    }

    private static String explain(String error) {
        // The lines after the first blame the platform whatever went wrong.
        String what = error.lines().findFirst().orElse("");
        @Nullable String file = System.getProperty("ZstdNativePath");
        @Nullable String folder = System.getProperty("ZstdTempFolder");
        String advice;
        if (file != null) {
            advice = "the property ZstdNativePath names that file: correct it, leave it out, or choose gzip";
        } else if (what.startsWith("Failed to open resource")) {
            what = "there is none for this platform";
            advice = "choose gzip, or name a library built for it with -DZstdNativePath=FILE";
        } else {
            advice = ("it is unpacked into %s, which must exist, have room, be writable and not be mounted noexec:"
                            + " name another folder with -DZstdTempFolder=FOLDER, or choose gzip")
                    .formatted(folder == null ? System.getProperty("java.io.tmpdir") : folder);
        }
        return "zstd needs a native library, which does not load on %s/%s: %s; %s"
                .formatted(
                        System.getProperty("os.name").toLowerCase(Locale.ROOT),
                        System.getProperty("os.arch"),
                        what,
                        advice);
    }
}
