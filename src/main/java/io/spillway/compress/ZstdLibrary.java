package io.spillway.compress;

import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Determines whether zstd's native library can be loaded. The bindings unpack it from their jar to a temporary folder
 * and load it from there, which fails on a platform without a build, in a folder that is missing, full or read-only,
 * and on a file system mounted with noexec.
 */
final class ZstdLibrary {
    private ZstdLibrary() {}

    /**
     * Why it cannot be loaded and what to do, in one line; empty if it was loaded. Tries once per process; never
     * throws.
     */
    static Optional<String> whyUnavailable() {
        return Attempt.FAILURE;
    }

    /** Fails with that message if the library cannot be loaded. */
    static void require() throws IOException {
        Optional<String> failure = whyUnavailable();
        if (failure.isPresent()) {
            throw new IOException(failure.get());
        }
    }

    /** The first call initializes this class and loads the library. */
    private static final class Attempt {
        private static final Optional<String> FAILURE = load();

        private static Optional<String> load() {
            try {
                Native.load();
                return Optional.empty();
            } catch (LinkageError | RuntimeException e) {
                // In all cases tested, the bindings throw a LinkageError.
                return Optional.of(explain(Objects.requireNonNullElse(e.getMessage(), e.toString())));
            }
        }
    }

    private static String explain(String error) {
        // The lines after the first blame the platform, whatever went wrong.
        String what = error.lines().findFirst().orElse("");
        @Nullable String file = System.getProperty("ZstdNativePath");
        @Nullable String folder = System.getProperty("ZstdTempFolder");
        String advice;
        if (file != null) {
            advice = "correct or remove the property ZstdNativePath, or choose gzip";
        } else if (what.startsWith("Failed to open resource")) {
            what = "no build for this platform";
            advice = "choose gzip, or set a library built for it with -DZstdNativePath=FILE";
        } else {
            advice = ("it is unpacked to %s, which must exist, have free space, be writable and not be mounted noexec:"
                            + " set another folder with -DZstdTempFolder=FOLDER, or choose gzip")
                    .formatted(folder == null ? System.getProperty("java.io.tmpdir") : folder);
        }
        return "zstd needs a native library, which cannot be loaded on %s/%s: %s; %s"
                .formatted(
                        System.getProperty("os.name").toLowerCase(Locale.ROOT),
                        System.getProperty("os.arch"),
                        what,
                        advice);
    }
}
