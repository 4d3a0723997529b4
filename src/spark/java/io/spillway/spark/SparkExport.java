package io.spillway.spark;

import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The driver: {@code spark-submit --class io.spillway.spark.SparkExport --files spillway.jar … spillway-spark.jar export
 * FILE} exports as {@code spillway export FILE} does, with one task of Spark for each slice. The arguments and messages are the
 * same, and so are the exit codes, except 50 for a slice that Spark has given up.
 */
public final class SparkExport {
    private static final MethodType EXPORT = MethodType.methodType(int.class, String[].class, BiConsumer.class);
    /** Spark's own hook has 40, and Hadoop runs higher numbers first. */
    private static final int BEFORE_SPARK = 100;

    /** Spillway ends the process earlier. */
    private static final long STOP_SECONDS = 60;

    private static final int INTERNAL_ERROR = 1;
    private static final int USAGE = 2;

    private SparkExport() {}

    /**
     * Runs one export. Returns if it succeeded, because cluster managers treat any other end as a failure; otherwise exits
     * the process with its exit code.
     *
     * @throws IllegalStateException if the export failed in a process of a platform that owns the Spark context
     */
    public static void main(String[] args) {
        // A platform such as Databricks has created the context, uses it for others, and does not allow that it is
        // stopped.
        boolean shared = SparkEnv.get() != null;
        if (args.length == 0 || !args[0].equals("export")) {
            if (shared) {
                throw new IllegalStateException("only the command export runs on Spark: pass export schedule.yaml");
            }
            System.err.println("error: only the command export runs on Spark");
            System.err.println("hint:  pass the arguments of spillway export: export schedule.yaml");
            System.exit(USAGE);
        }
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(SparkContext.getOrCreate());
        CountDownLatch exported = new CountDownLatch(1);
        ShutdownHookManager.get().addShutdownHook(() -> await(exported), BEFORE_SPARK, STOP_SECONDS, TimeUnit.SECONDS);
        int exitCode = INTERNAL_ERROR;
        try {
            exitCode = export(spark, args);
        } finally {
            exported.countDown();
        }
        if (!shared) {
            spark.stop();
            if (exitCode != 0) {
                System.exit(exitCode);
            }
        } else if (exitCode != 0) {
            throw new IllegalStateException("the export ended with exit code " + exitCode + "; its message is above");
        }
    }

    /** At SIGTERM, Spark would end the executors at once. It waits until the export has cancelled its tasks and cleaned up. */
    private static void await(CountDownLatch exported) {
        try {
            exported.await();
        } catch (InterruptedException e) {
            // Hadoop interrupts a hook that takes too long; Spark's hook is next.
            Thread.currentThread().interrupt();
        }
    }

    private static int export(JavaSparkContext spark, String... args) {
        slots(spark).ifPresent(slots -> System.setProperty("spillway.engine.slots", String.valueOf(slots)));
        String[] arguments = Stream.of(args).skip(1).map(SparkExport::located).toArray(String[]::new);
        try {
            return (int) SpillwayJar.call("EngineExport", "export", EXPORT, arguments, new SparkEngine(spark));
        } catch (Exception e) {
            System.err.println("error: " + e.getMessage());
            e.printStackTrace();
            return INTERNAL_ERROR;
        }
    }

    /** The name of a file, or where {@code --files} has put the file of this name. */
    private static String located(String argument) {
        Path sent = Path.of(SparkFiles.getRootDirectory()).resolve(argument);
        return Files.exists(Path.of(argument)) || !Files.isRegularFile(sent) ? argument : sent.toString();
    }

    /** The most slices that Spark reads at once; empty if its settings do not limit them. */
    private static OptionalInt slots(JavaSparkContext spark) {
        SparkConf conf = spark.getConf();
        String executors = conf.getBoolean("spark.dynamicAllocation.enabled", false)
                ? "spark.dynamicAllocation.maxExecutors"
                : "spark.executor.instances";
        int cores = 0;
        if (spark.isLocal()) {
            cores = spark.defaultParallelism();
        } else if (conf.contains("spark.cores.max")) {
            cores = conf.getInt("spark.cores.max", 0);
        } else if (conf.contains(executors)) {
            cores = conf.getInt(executors, 0) * conf.getInt("spark.executor.cores", 1);
        }
        int slots = cores / conf.getInt("spark.task.cpus", 1);
        return slots > 0 ? OptionalInt.of(slots) : OptionalInt.empty();
    }
}
