package io.spillway.source.elasticsearch;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.source.Document;
import io.spillway.source.SourceDescription;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Checks that the hits of one slice belong to the snapshot and are in order: every hit is in an index of the snapshot,
 * has a place in one of its shards, comes after the previous hit, and is a different document. Not thread-safe.
 */
final class HitOrder {
    private static final String HINT = "nothing was published: a proxy between here and the cluster repeats, mixes or"
            + " changes responses, or the server has a defect; connect to the server directly and run the export again";

    private final String server;
    private final String source;
    private final int shards;
    private final List<byte[]> indices;
    private long last = Document.NO_PLACE;
    private byte[] lastId = {};
    private byte[] lastIndex = {};

    /** The order at the start of a slice, of all shards and indices. */
    HitOrder(String server, SourceDescription description) {
        this(server, description, description.indices());
    }

    /** The order of a slice that begins, whose hits are of these indices. */
    HitOrder(String server, SourceDescription description, List<String> indices) {
        this.server = server;
        this.source = description.name();
        this.shards = description.shards();
        this.indices = indices.stream()
                .map(name -> ("\"" + name + "\"").getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /**
     * Checks the next page of the slice.
     *
     * @throws SpillwayException {@link Fault#INTEGRITY} if a hit does not belong there
     */
    void check(SearchAnswer answer) throws SpillwayException {
        Document before = null;
        for (Document document : answer.documents()) {
            long place = document.place();
            if (place == Document.NO_PLACE || Document.shardOf(place) >= shards) {
                throw broken("%s has the sort values %s, which do not identify a document of its %d shards"
                        .formatted(
                                name(document),
                                place == Document.NO_PLACE ? answer.oddSort() : SortValues.of(place),
                                shards));
            }
            requireIndex(document);
            if (last != Document.NO_PLACE && !SortValues.isAfter(place, last)) {
                throw broken("repeated or mixed pages: the sort values %2$s of %1$s are not after %3$s"
                        .formatted(name(document), SortValues.of(place), SortValues.of(last)));
            }
            boolean sameShard = last != Document.NO_PLACE && Document.shardOf(last) == Document.shardOf(place);
            if (sameShard && (before == null ? document.hasId(lastId) : document.hasIdOf(before))) {
                throw broken("%s was returned twice in a row, with the sort values %s and %s"
                        .formatted(name(document), SortValues.of(last), SortValues.of(place)));
            }
            last = place;
            before = document;
        }
        if (before != null) {
            lastId = before.idAsJson().getBytes(StandardCharsets.UTF_8);
        }
    }

    private void requireIndex(Document document) throws SpillwayException {
        if (document.hasIndex(lastIndex)) {
            return;
        }
        lastIndex = indices.stream()
                .filter(document::hasIndex)
                .findFirst()
                .orElseThrow(() -> broken(name(document) + " is not in an index of " + source));
    }

    private static String name(Document document) {
        return "document " + document.idAsJson() + " in index " + document.indexAsJson();
    }

    private SpillwayException broken(String what) {
        return new SpillwayException(Fault.INTEGRITY, server + " returned a wrong page: " + what, HINT);
    }
}
