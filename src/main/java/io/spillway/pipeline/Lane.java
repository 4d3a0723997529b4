package io.spillway.pipeline;

import io.spillway.encode.ColumnKinds;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldCounts;
import io.spillway.fields.FieldFilter;
import io.spillway.json.JsonCursor;
import io.spillway.manifest.Part;
import io.spillway.progress.Progress;
import io.spillway.progress.Stage;
import io.spillway.progress.StageClock;
import io.spillway.source.Document;
import io.spillway.source.Page;
import io.spillway.source.PageReader;
import io.spillway.source.Slice;
import io.spillway.source.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * One slice from its first page to its last part, on one thread: page in, what is published of each document into every
 * format's part. Back-pressure is a blocking write.
 */
final class Lane implements Callable<Lane.Result> {
    private final Snapshot snapshot;
    private final Slice slice;
    private final Supplier<FieldFilter> filters;
    private final FieldCounts counts;
    private final List<PartSequence> formats = new ArrayList<>();
    private final Complete complete;
    private final SliceSpans spans;
    private final Sample sample = new Sample();
    private final Progress progress;
    private final StageClock clock = new StageClock();
    private long documents;
    private long repaired;
    private long altered;

    /** Makes the sequences of parts on the lane's own clock. */
    interface Formats {
        List<PartSequence> begin(Slice slice, StageClock clock);
    }

    /** Is told that no more parts come. */
    interface Complete {
        void slice() throws SpillwayException;
    }

    /**
     * A lane that has not begun.
     *
     * @param filters makes the filter that every document goes through, when the slice begins
     * @param counts  takes over what the filter has counted, when the slice is at its end
     */
    Lane(
            Snapshot snapshot,
            Slice slice,
            Supplier<FieldFilter> filters,
            FieldCounts counts,
            Formats formats,
            Complete complete,
            Progress progress) {
        this.snapshot = snapshot;
        this.slice = slice;
        this.spans = new SliceSpans(slice.number());
        this.filters = filters;
        this.counts = counts;
        this.formats.addAll(formats.begin(slice, clock));
        this.complete = complete;
        this.progress = progress;
    }

    @Override
    public Result call() throws SpillwayException, InterruptedException {
        clock.restart(Stage.ENCODING);
        FieldFilter filter = filters.get();
        try (PageReader reader = snapshot.read(slice, clock, progress)) {
            for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
                write(page.get(), filter);
            }
            counts.add(slice.number(), filter);
            List<Written> written = new ArrayList<>();
            for (PartSequence format : formats) {
                written.add(new Written(format.finish(), format.leftOut(), format.columnKinds()));
            }
            complete.slice();
            spans.end();
            return new Result(slice, documents, spans, repaired, altered, written, sample, clock.seconds());
        } finally {
            formats.forEach(PartSequence::close);
        }
    }

    private void write(Page page, FieldFilter filter) throws SpillwayException, InterruptedException {
        for (Document document : page.documents()) {
            spans.add(document);
            Document published = filter.apply(document);
            if (published != document) {
                altered++;
            }
            for (PartSequence format : formats) {
                format.write(published);
            }
            sample.offer(published);
            if ((document.findings() & JsonCursor.NOT_UTF8) != 0) {
                repaired++;
            }
        }
        documents += page.documents().size();
        progress.wrote(page.documents().size(), page.bytes());
    }

    /**
     * What became of a slice.
     *
     * @param slice     which
     * @param documents documents written, once for all formats
     * @param spans     which documents these were
     * @param repaired  documents in which bytes that are not UTF-8 were replaced
     * @param altered   documents of which something was withheld or blurred
     * @param formats   what was written in each format
     * @param sample    the first documents
     * @param seconds   where the lane's time went
     */
    record Result(
            Slice slice,
            long documents,
            SliceSpans spans,
            long repaired,
            long altered,
            List<Written> formats,
            Sample sample,
            Map<Stage, Double> seconds) {}

    /**
     * A slice in one format.
     *
     * @param parts   in order, under the names that they have in the work folder
     * @param leftOut fields that the format had no place for, with how many documents had each
     * @param columns what the cells of its columns are, where it has columns
     */
    record Written(List<Part> parts, Map<String, Long> leftOut, ColumnKinds columns) {}
}
