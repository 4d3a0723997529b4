package io.spillway.source.repository;

/** The default number of slices and lanes. */
final class SliceCounts {
    /** With fewer documents, a slice costs more in files of the dump than it gains. */
    private static final long DOCUMENTS_A_SLICE = 50_000;

    private SliceCounts() {}

    /** One slice for each lane, fewer if there are not enough documents. */
    static int slices(RepositoryOptions.Reading reading, long documents) {
        Integer wanted = reading.slices();
        return wanted != null
                ? wanted
                : (int) Math.max(1, Math.min(wantedLanes(reading), documents / DOCUMENTS_A_SLICE));
    }

    static int lanes(RepositoryOptions.Reading reading, int slices) {
        return Math.min(wantedLanes(reading), slices);
    }

    /** No cluster has to be spared: every core reads. */
    static int wantedLanes(RepositoryOptions.Reading reading) {
        Integer lanes = reading.lanes();
        return lanes != null ? lanes : Math.max(2, Runtime.getRuntime().availableProcessors());
    }
}
