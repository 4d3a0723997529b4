package io.spillway.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;

/**
 * {@code spillway.jar} with all its libraries, in a class loader below the platform's: Spark has other versions of Jackson,
 * Zstandard and SLF4J on its class path. Only types of the JDK cross the border.
 *
 * <p>Thread-safe. A process loads the jar once.
 */
final class SpillwayJar {
    /** Names the jar: a name that {@code --files} has sent, or a path that exists on the driver and on each executor. */
    private static final String SETTING = "spark.spillway.jar";

    private static final Map<Path, ClassLoader> LOADED = new ConcurrentHashMap<>();

    private SpillwayJar() {}

    /**
     * Calls a static method of Spillway's package {@code engine}. The context class loader is Spillway's during the call.
     *
     * @throws Exception what the method throws
     */
    static Object call(String type, String method, MethodType form, Object... arguments) throws Exception {
        ClassLoader loader = LOADED.computeIfAbsent(file(), SpillwayJar::load);
        Thread thread = Thread.currentThread();
        ClassLoader sparks = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Class<?> found = loader.loadClass("io.spillway.engine." + type);
            return MethodHandles.publicLookup().findStatic(found, method, form).invokeWithArguments(arguments);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            thread.setContextClassLoader(sparks);
        }
    }

    private static Path file() {
        String name = SparkEnv.get().conf().get(SETTING, "spillway.jar");
        // Spark sends files to a folder of its own, YARN to the working directory.
        return Stream.of(Path.of(SparkFiles.getRootDirectory()).resolve(name), Path.of(name))
                .map(Path::toAbsolutePath)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(name + " is missing on this machine: start spark-submit with"
                                + " --files spillway.jar, or set " + SETTING + " to its path on every machine"));
    }

    private static ClassLoader load(Path jar) {
        try {
            return new URLClassLoader(
                    "spillway", new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(new IOException("not a path of a jar: " + jar, e));
        }
    }
}
