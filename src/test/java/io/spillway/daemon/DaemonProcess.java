package io.spillway.daemon;

import io.spillway.deliver.DeliveryOutcome;
import io.spillway.run.ExportReport;
import io.spillway.run.Exports;
import io.spillway.schedule.ScheduleFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A daemon in a separate process, which may be killed. Its exports only report that they run: the first one on a
 * machine never ends, the others publish.
 */
final class DaemonProcess implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    private DaemonProcess(Process process) {
        this.process = process;
        // A separate thread, because waiting for a pipe cannot be interrupted and waiting for a queue can.
        Thread reader = new Thread(this::read, "daemon-process");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.add(line);
            }
        } catch (IOException killed) {
            // The end of its output.
        }
        said.add("(has ended)");
    }

    /** @param url of a shared database, or null for the folder's own */
    static DaemonProcess start(Path folder, @Nullable String url, String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DaemonProcess.class.getName(),
                folder.toString(),
                url == null ? "" : url);
        builder.redirectError(folder.resolve(name + ".log").toFile());
        return new DaemonProcess(builder.start());
    }

    /** The next word of its output. */
    String nextWord() throws InterruptedException {
        return said.take();
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as a power cut would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Exports exports = new Exports() {
            @Override
            public ExportReport run(ScheduleFile schedule) throws InterruptedException {
                boolean first;
                try {
                    Files.createFile(folder.resolve("first"));
                    first = true;
                } catch (IOException there) {
                    first = false;
                }
                System.out.println("began");
                if (first) {
                    new CountDownLatch(1).await();
                }
                System.out.println("published");
                return Schedules.report();
            }

            @Override
            public DeliveryOutcome resume(ScheduleFile schedule) {
                throw new IllegalStateException("every dump is everywhere");
            }

            @Override
            public void sweep(ScheduleFile schedule) {
                // Leaves nothing.
            }

            @Override
            public Path home(ScheduleFile schedule) {
                return folder;
            }
        };
        DaemonOptions options = new DaemonOptions(
                folder.resolve("schedules"),
                new DaemonOptions.State(
                        folder.resolve("state"),
                        args[1].isEmpty() ? null : new DaemonOptions.SharedDatabase(args[1], null, null)),
                1,
                new DaemonOptions.Pace(
                        Duration.ofMillis(100), Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofSeconds(1)),
                WatchOptions.NONE);
        try (Daemon daemon = Daemon.start(options, exports)) {
            System.out.println("runs");
            if (Files.exists(folder.resolve("now"))) {
                Files.delete(folder.resolve("now"));
                daemon.timetable().now("d");
            }
            daemon.keep();
        }
    }
}
