package io.spillway.run;

import io.spillway.progress.Progress;

/** Receives the progress and the results of an {@link Exporter}, on the thread that calls it. Must not throw. */
public interface ExportListener {
    /** Ignores everything. */
    ExportListener NONE = new ExportListener() {};

    /** Shows progress until it is closed. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** Documents are about to be read; {@code progress} is updated until the returned watch is closed. */
    default Watch reading(String dataset, Progress progress) {
        return () -> {};
    }

    /** The source has no newer snapshot than that of the newest dump, which the report names. */
    default void nothingNew(ExportReport report) {}

    /** A dump is public at home. Called before links, status of other destinations and retention, which can still fail. */
    default void exported(ExportReport report) {}
}
