package io.spillway.source.repository;

/** The default number of slices and lanes. */
final class SliceCounts {
    /** With fewer documents and bytes, a slice costs more in files of the dump than it gains. */
    private static final long DOCUMENTS_A_SLICE = 50_000;

    /** Of stored documents, which Lucene has compressed. */
    private static final long BYTES_A_SLICE = 32L << 20;

    private SliceCounts() {}

    /**
     * One slice for each lane, fewer if there are few small documents.
     *
     * @param bytes of the files that hold their sources
     */
    static int slices(RepositoryOptions.Reading reading, long documents, long bytes) {
        Integer wanted = reading.slices();
        if (wanted != null) {
            return wanted;
        }
        long useful = Math.max(documents / DOCUMENTS_A_SLICE, bytes / BYTES_A_SLICE);
        return (int) Math.max(1, Math.min(wantedLanes(reading), useful));
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
