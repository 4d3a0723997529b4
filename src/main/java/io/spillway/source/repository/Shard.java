package io.spillway.source.repository;

import io.spillway.source.repository.ShardReader.OpenSegment;
import io.spillway.source.repository.ShardReader.Segment;
import io.spillway.source.repository.SnapshotContent.IndexMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One shard of a snapshot, with the count of its documents.
 *
 * @param index  the name of its index
 * @param number its number in the index
 * @param files  its files
 * @param parts  its segments in order
 */
record Shard(String index, int number, SnapshotFiles files, List<Part> parts) {

    /**
     * A segment.
     *
     * @param segment   what is read
     * @param base      the numbers of all segments before it
     * @param documents how many documents a search finds in it
     * @param bytes     of the files that hold their sources
     */
    record Part(Segment segment, int base, int documents, long bytes) {}

    /** Reads the list of a shard's files, checks that they are there, and counts its documents. */
    static Shard read(BlobStore store, SnapshotContent snapshot, IndexMetadata index, int number) throws IOException {
        String folder = snapshot.folder(index.name(), number);
        String path = folder + "/snap-" + snapshot.entry().uuid() + ".dat";
        var list = Repository.blob(store, path, MetadataBlob.SNAPSHOT);
        if (!list.path("name").asText().equals(snapshot.entry().name())) {
            throw new MetadataBlob.DamagedException(
                    path + " is of the snapshot \"" + list.path("name").asText() + "\"");
        }
        SnapshotFiles files = new SnapshotFiles(store, folder, list);
        files.requirePresent();
        List<Part> parts = new ArrayList<>();
        int base = 0;
        for (Segment segment : Lucene.reader(files, index.oldestLucene()).segments()) {
            try (OpenSegment open = segment.open()) {
                parts.add(new Part(segment, base, open.documents().cardinality(), open.sourceBytes()));
            }
            base = Math.addExact(base, segment.size());
        }
        return new Shard(index.name(), number, files, parts);
    }

    private static int count(Segment segment) throws IOException {
        try (OpenSegment open = segment.open()) {
            return open.documents().cardinality();
        }
    }

    /** How many documents a search finds. */
    long documents() {
        return parts.stream().mapToLong(Part::documents).sum();
    }

    /** Bytes of the files that hold the sources of its documents. */
    long neededBytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** How many numbers its documents have, with those of deleted and nested ones. */
    int size() {
        return parts.stream().mapToInt(part -> part.segment().size()).sum();
    }

    /** Reads all files that were not read yet, and counts the documents again. */
    long recount() throws IOException {
        files.verify(files.names());
        files.requirePresent();
        long documents = 0;
        for (Part part : parts) {
            documents += count(part.segment());
        }
        return documents;
    }

    @Override
    public String toString() {
        return "shard %d of index \"%s\"".formatted(number, index);
    }
}
