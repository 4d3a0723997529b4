package io.spillway.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** Replaces Spillway's driver side: {@code FOLDER MODE SLICES}. The results are in {@code FOLDER/results}. */
public final class EngineExport {
    private static final int CANCELLED = 130;
    private static final int CONFIG = 20;
    private static final int UNAVAILABLE = 50;

    private EngineExport() {}

    public static int export(String[] arguments, BiConsumer<List<String>, BiConsumer<Integer, String>> engine)
            throws Exception {
        Path folder = Path.of(arguments[0]);
        ClassLoader own = EngineExport.class.getClassLoader();
        Thread caller = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (done.getCount() > 0) {
                caller.interrupt();
                try {
                    done.await();
                } catch (InterruptedException e) {
                    System.err.println("interrupted");
                }
                Runtime.getRuntime().halt(CANCELLED);
            }
        }));
        try {
            return export(folder, arguments[1], Integer.parseInt(arguments[2]), own, engine);
        } finally {
            System.out.println("context class loader is restored: " + (Thread.currentThread().getContextClassLoader() == own));
            done.countDown();
        }
    }

    private static int export(
            Path folder,
            String mode,
            int slices,
            ClassLoader own,
            BiConsumer<List<String>, BiConsumer<Integer, String>> engine)
            throws Exception {
        Thread caller = Thread.currentThread();
        List<String> tasks = IntStream.range(0, slices)
                .mapToObj(slice -> folder + "\n" + mode + "\n" + slice)
                .toList();
        StringBuffer results = new StringBuffer();
        try {
            engine.accept(tasks, (index, result) -> {
                boolean ownLoader = Thread.currentThread().getContextClassLoader() == own;
                results.append(index).append(' ').append(result).append(' ').append(ownLoader).append('\n');
                if (result.startsWith("refused")) {
                    caller.interrupt();
                }
            });
        } catch (RuntimeException e) {
            System.err.println("error: " + e.getMessage());
            return UNAVAILABLE;
        } finally {
            Files.writeString(folder.resolve("results"), results);
        }
        if (Thread.interrupted()) {
            try (var left = Files.list(folder)) {
                System.out.println("files of tasks: "
                        + left.filter(file -> file.toString().endsWith(".part")).count());
            }
            return mode.equals("refuse") ? CONFIG : CANCELLED;
        }
        return 0;
    }
}
