package io.spillway.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Replaces Spillway's worker side. Each attempt adds a line to {@code FOLDER/attempts.SLICE}. */
public final class SliceTask {
    private SliceTask() {}

    public static String run(String task, String attempt) throws Exception {
        String[] words = task.split("\n");
        Path folder = Path.of(words[0]);
        String slice = words[2];
        Files.writeString(
                folder.resolve("attempts." + slice),
                attempt + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        switch (words[1]) {
            case "fail":
                if (slice.equals("1")) {
                    throw new Unavailable("the source does not answer", new IOException("connection reset"));
                }
                return "done";
            case "refuse":
                return slice.equals("0") ? "refused: no such field" : blocked(folder, slice);
            case "block":
                return blocked(folder, slice);
            default:
                return loaders();
        }
    }

    /** Waits until it is interrupted, and then removes its file. */
    private static String blocked(Path folder, String slice) throws Exception {
        Path part = Files.createFile(folder.resolve(slice + ".part"));
        try {
            Thread.sleep(Long.MAX_VALUE);
            return "not interrupted";
        } catch (InterruptedException e) {
            // The time that it takes to abort an upload.
            Thread.sleep(500);
            Files.delete(part);
            Files.createFile(folder.resolve(slice + ".removed"));
            throw e;
        }
    }

    private static String loaders() {
        ClassLoader own = SliceTask.class.getClassLoader();
        boolean context = Thread.currentThread().getContextClassLoader() == own;
        try {
            own.loadClass("org.apache.spark.SparkEnv");
            return "Spark is visible";
        } catch (ClassNotFoundException e) {
            return "done " + context;
        }
    }

    /** A class that the driver cannot load. */
    private static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1;

        Unavailable(String message, Exception cause) {
            super(message, cause);
        }
    }
}
