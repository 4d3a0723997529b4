package io.spillway.source.repository.lucene;

import io.spillway.source.repository.ShardFiles;
import io.spillway.source.repository.ShardReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;

/** The documents of one shard, read with the version of Lucene that this class was loaded with. */
public final class LuceneShard implements ShardReader {
    private final ShardFiles files;

    private LuceneShard(ShardFiles files) {
        this.files = files;
    }

    /** Makes readers; found by name. */
    public static final class Readers implements Factory {
        /** Lucene advises to run Java with another option, for searches on vectors, which are never made here. */
        private static final Logger ADVICE = Logger.getLogger("org.apache.lucene.internal.vectorization");

        /** For the look-up by name. */
        public Readers() {
            ADVICE.setLevel(Level.OFF);
        }

        @Override
        public ShardReader of(ShardFiles files) {
            return new LuceneShard(files);
        }
    }

    @Override
    public List<Segment> segments() throws IOException {
        FilesDirectory directory = new FilesDirectory(files);
        List<Segment> segments = new ArrayList<>();
        try {
            for (SegmentCommitInfo commit : SegmentInfos.readCommit(directory, commitName())) {
                segments.add(new LuceneSegment(directory, commit));
            }
        } catch (IndexFormatTooNewException | IndexFormatTooOldException | IllegalArgumentException e) {
            throw new UnknownFormatException(firstSentence(e), e);
        }
        return segments;
    }

    private String commitName() throws IOException {
        List<String> commits = files.names().stream()
                .filter(name -> name.startsWith("segments_"))
                .toList();
        if (commits.size() != 1) {
            throw new NoSuchFileException(
                    "segments_N", null, "the snapshot lists " + commits + " instead of one commit");
        }
        return commits.get(0);
    }

    /** Lucene's message without its advice to programmers. */
    private static String firstSentence(Exception e) {
        return String.valueOf(e.getMessage()).replaceFirst("(?s)\\. +(You need|Did you|This version of).*", "");
    }

    /** A segment that is not open. */
    private record LuceneSegment(FilesDirectory directory, SegmentCommitInfo commit) implements Segment {
        @Override
        public String name() {
            return commit.info.name;
        }

        @Override
        public int size() {
            return commit.info.maxDoc();
        }

        @Override
        public Collection<String> files() {
            try {
                return commit.files();
            } catch (IOException e) {
                throw new IllegalStateException("the names of files need no reading", e);
            }
        }

        @Override
        public OpenSegment open() throws IOException {
            return SegmentDocuments.open(directory, commit);
        }
    }
}
