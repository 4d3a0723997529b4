package io.spillway.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A master and workers of Spark's standalone cluster, as processes of their own. Closing it ends them and their executors. */
public final class SparkDaemons implements AutoCloseable {
    private final Spark spark;
    private final Path root;
    private final List<Process> daemons = new ArrayList<>();

    /**
     * A cluster without processes yet.
     *
     * @param root the folder for work folders and logs
     */
    public SparkDaemons(Spark spark, Path root) {
        this.spark = spark;
        this.root = root;
    }

    /** Starts the master on a port of 127.0.0.1. */
    public void master(int port) throws Exception {
        start("127.0.0.1", "master.Master", Map.of(), "--port", String.valueOf(port));
    }

    /** Starts a worker with one core, without more variables. */
    public Process worker(String host, String master) throws Exception {
        return worker(host, master, Map.of());
    }

    /**
     * Starts a worker with one core.
     *
     * @param host        a loopback address
     * @param master      its URL
     * @param environment variables of the worker, which executors inherit
     */
    public Process worker(String host, String master, Map<String, String> environment) throws Exception {
        Path work = Files.createDirectories(root.resolve("work-" + host));
        return start(
                host,
                "worker.Worker",
                environment,
                "--cores",
                "1",
                "--memory",
                "1g",
                "--work-dir",
                work.toString(),
                master);
    }

    private Process start(String host, String type, Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> words =
                new ArrayList<>(List.of("org.apache.spark.deploy." + type, "--host", host, "--webui-port", "0"));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = spark.command(spark.home(), words.toArray(String[]::new));
        builder.environment().putAll(Map.of("SPARK_LOCAL_IP", host, "SPARK_DAEMON_MEMORY", "256m"));
        builder.environment().putAll(environment);
        Process daemon = builder.redirectErrorStream(true)
                .redirectOutput(root.resolve(type + "-" + host + ".log").toFile())
                .start();
        daemons.add(daemon);
        return daemon;
    }

    @Override
    public void close() throws InterruptedException {
        for (Process daemon : daemons) {
            daemon.descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.destroyForcibly().waitFor();
        }
    }
}
