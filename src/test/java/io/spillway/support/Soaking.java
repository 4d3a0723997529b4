package io.spillway.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The resources that a process on Linux has open while it runs undisturbed, sampled twice a second, so that a leak of
 * one per export is distinguished from normal variation.
 */
public final class Soaking {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Program program;
    private final Path temporary;
    private final Path dumps;
    private final List<Look> looks = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    private record Look(long threads, long files, long temporary, long kibibytes) {}

    /**
     * How a number developed: the highest sample of the second quarter, when as many exports ran as ever do, and the median
     * of the last quarter. The median of a short run on a slow machine may be of a moment without an export.
     */
    public record Growth(String what, long inTheMiddle, long atTheEnd) {}

    private Soaking(Program program, Path temporary, Path dumps) {
        this.program = program;
        this.temporary = temporary;
        this.dumps = dumps;
    }

    /**
     * Nothing is sampled yet.
     *
     * @param temporary where the process puts temporary files
     * @param dumps     where its unfinished files are
     */
    public static Soaking of(Program program, Path temporary, Path dumps) {
        return new Soaking(program, temporary, dumps);
    }

    /** Discards all samples: the program has warmed up. */
    public void startOver() {
        looks.clear();
    }

    /** Samples for this time; fails if the program exits meanwhile. */
    public void sampleFor(Duration length) throws IOException, InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        // Never counted down: only the time is waited for.
        CountDownLatch never = new CountDownLatch(1);
        while (System.nanoTime() < end) {
            if (!program.isAlive()) {
                throw new AssertionError("the program has ended\n" + program.output());
            }
            looks.add(look());
            var unused = never.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Look look() throws IOException {
        Path self = Path.of("/proc", String.valueOf(program.pid()));
        long resident = Files.readAllLines(self.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        return new Look(
                count(self.resolve("task")), count(self.resolve("fd")), count(temporary) + unfinished(), resident);
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.count();
        }
    }

    /** Hidden files and folders beside dumps; one that disappears during the sample does not count. */
    private long unfinished() throws IOException {
        if (!Files.isDirectory(dumps)) {
            return 0;
        }
        long count = 0;
        try (Stream<Path> datasets = Files.list(dumps)) {
            for (Path dataset : datasets.filter(Files::isDirectory).toList()) {
                try (Stream<Path> inside = Files.list(dataset)) {
                    count += inside.filter(path -> path.toString().endsWith(".incomplete"))
                            .count();
                }
            }
        }
        return count;
    }

    public Growth threads() {
        return growth("threads", Look::threads);
    }

    public Growth files() {
        return growth("open files", Look::files);
    }

    public Growth temporary() {
        return growth("temporary files", Look::temporary);
    }

    private Growth growth(String what, ToLongFunction<Look> value) {
        int quarter = looks.size() / 4;
        return new Growth(
                what,
                looks.subList(quarter, 2 * quarter).stream()
                        .mapToLong(value)
                        .max()
                        .orElse(0),
                median(looks.subList(3 * quarter, looks.size()), value));
    }

    private static long median(List<Look> some, ToLongFunction<Look> value) {
        return some.stream()
                .mapToLong(value)
                .sorted()
                .skip(some.size() / 2)
                .findFirst()
                .orElse(0);
    }

    /** Adds a line to the figures that {@link #write} keeps. */
    public void addLine(String line) {
        said.add(line);
    }

    /** Prints the figures, and keeps them in a file. */
    public void write(Path file) throws IOException {
        for (Growth growth : List.of(threads(), files(), temporary(), growth("resident KiB", Look::kibibytes))) {
            said.add("%s: %d in the second quarter, %d in the last"
                    .formatted(growth.what(), growth.inTheMiddle(), growth.atTheEnd()));
        }
        said.forEach(System.out::println);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, said);
    }
}
