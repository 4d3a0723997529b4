package io.spillway.spark;

import java.io.Serializable;
import java.lang.invoke.MethodType;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * What an executor does: one slice, from its text to the text of its result. Has no fields, so that the driver sends nothing
 * but the text.
 */
final class SliceCall extends AbstractFunction2<TaskContext, Iterator<String>, String> implements Serializable {
    private static final long serialVersionUID = 1;
    private static final String CORES = "spark.executor.cores";
    private static final MethodType RUN = MethodType.methodType(String.class, String.class, String.class);

    @Override
    public String apply(TaskContext context, Iterator<String> tasks) {
        SparkConf conf = SparkEnv.get().conf();
        if (conf.contains(CORES)) {
            int slots = conf.getInt(CORES, 1) / context.cpus();
            System.setProperty("spillway.process.slots", String.valueOf(slots));
        }
        // Spark numbers attempts within an application; a process of an application that ended may still run.
        String attempt = conf.getAppId() + "-" + context.stageAttemptNumber() + "-" + context.taskAttemptId();
        String task = tasks.next();
        try {
            return (String) SpillwayJar.call("SliceTask", "run", RUN, task, attempt);
        } catch (Exception e) {
            throw new Failed(e);
        }
    }

    /** A failure as text: the driver cannot load the classes of Spillway's exceptions. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(Throwable original) {
            super(original.toString(), original.getCause() == null ? null : new Failed(original.getCause()));
            setStackTrace(original.getStackTrace());
        }
    }
}
