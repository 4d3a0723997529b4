package io.spillway.source.elasticsearch;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Paging;

/** The default number of slices and lanes. */
final class SlicePlan {
    /** With fewer documents, a slice costs more in requests and part files than it gains. */
    private static final long DOCUMENTS_A_SLICE = 50_000;
    /** More parallel readers have to be configured, so as not to overload the cluster. */
    private static final int MOST_LANES = 4;
    /** The default of index.max_slices_per_scroll, which holds for points in time too. */
    static final int MOST_SLICES = 1_024;

    private SlicePlan() {}

    /**
     * One slice per shard, so that no search is wasted; a multiple of that if there are fewer shards than lanes; fewer if
     * there are not enough documents, or if the index allows fewer.
     *
     * @param most the number that the index allows
     * @throws SpillwayException {@code CONFIG}: the operator set more than the index allows
     */
    static int slices(Paging paging, int shards, long documents, int most) throws SpillwayException {
        if (paging.slices() != null) {
            if (paging.slices() > most) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "source.slices is %d, and the index allows %d (index.max_slices_per_scroll)"
                                .formatted(paging.slices(), most),
                        "leave source.slices out (--slices), or raise the setting of the index");
            }
            return paging.slices();
        }
        int lanes = wantedLanes(paging);
        int perShard = shards >= lanes || shards == 0 ? 1 : (lanes + shards - 1) / shards;
        long useful = Math.max(1, documents / DOCUMENTS_A_SLICE);
        return (int) Math.min(Math.min((long) Math.max(1, shards) * perShard, useful), Math.max(1, most));
    }

    /** The same for a server of this dialect: one slice for each shard if hits do not name their shard. */
    static int slices(Dialect dialect, Paging paging, int shards, long documents, int most) throws SpillwayException {
        return dialect.numbersShards() ? slices(paging, shards, documents, most) : Math.max(1, shards);
    }

    static int lanes(Paging paging, int slices) {
        return Math.min(wantedLanes(paging), slices);
    }

    private static int wantedLanes(Paging paging) {
        return paging.lanes() != null
                ? paging.lanes()
                : Math.max(2, Math.min(MOST_LANES, Runtime.getRuntime().availableProcessors()));
    }
}
