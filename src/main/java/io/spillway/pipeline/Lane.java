package io.spillway.pipeline;

import io.spillway.changes.SpillBuffer;
import io.spillway.encode.ColumnKinds;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldCounts;
import io.spillway.fields.FieldFilter;
import io.spillway.fields.Where;
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
import org.jspecify.annotations.Nullable;

/**
 * Reads one slice on one thread, from its first page to its last part, and writes the published content of each
 * document to a part of every format. Blocking writes provide back-pressure.
 */
final class Lane implements Callable<Lane.Result> {
    private final Snapshot snapshot;
    private final Slice slice;
    private final Where where;
    private final Supplier<FieldFilter> filters;
    private final FieldCounts counts;
    private final List<PartSequence> formats = new ArrayList<>();
    private final Complete complete;
    private final Supplier<@Nullable SpillBuffer> changes;
    private final SliceSpans spans;
    private final Sample sample = new Sample();
    private final Progress progress;
    private final StageClock clock = new StageClock();
    private long documents;
    private long excluded;
    private long repaired;
    private long altered;

    /** Creates the part sequences with the lane's clock. */
    interface Formats {
        List<PartSequence> begin(Slice slice, StageClock clock);
    }

    /** Notified after the last part. */
    interface Complete {
        void slice() throws SpillwayException;
    }

    /**
     * A new lane.
     *
     * @param where   selects the documents that are published
     * @param filters creates the filter for all published documents when the slice begins
     * @param counts  receives the filter's counts when the slice ends
     * @param changes creates what records the published documents when the slice begins; gives null without changes
     */
    Lane(
            Snapshot snapshot,
            Slice slice,
            Where where,
            Supplier<FieldFilter> filters,
            FieldCounts counts,
            Formats formats,
            Complete complete,
            Supplier<@Nullable SpillBuffer> changes,
            Progress progress) {
        this.snapshot = snapshot;
        this.slice = slice;
        this.spans = new SliceSpans(slice.number());
        this.where = where;
        this.filters = filters;
        this.counts = counts;
        this.formats.addAll(formats.begin(slice, clock));
        this.complete = complete;
        this.changes = changes;
        this.progress = progress;
    }

    @Override
    public Result call() throws SpillwayException, InterruptedException {
        clock.restart(Stage.ENCODING);
        FieldFilter filter = filters.get();
        SpillBuffer recorder = changes.get();
        try (PageReader reader = snapshot.read(slice, clock, progress)) {
            for (Optional<Page> page = reader.next(); page.isPresent(); page = reader.next()) {
                write(page.get(), filter, recorder);
            }
            if (recorder != null) {
                recorder.finish();
            }
            counts.add(slice.number(), filter);
            List<Written> written = new ArrayList<>();
            for (PartSequence format : formats) {
                written.add(new Written(format.finish(), format.leftOut(), format.columnKinds()));
            }
            complete.slice();
            spans.end();
            return new Result(slice, documents, excluded, spans, repaired, altered, written, sample, clock.seconds());
        } finally {
            formats.forEach(PartSequence::close);
        }
    }

    private void write(Page page, FieldFilter filter, @Nullable SpillBuffer recorder)
            throws SpillwayException, InterruptedException {
        for (Document document : page.documents()) {
            spans.add(document);
            if (!where.selects(document)) {
                excluded++;
                continue;
            }
            documents++;
            Document published = filter.apply(document);
            if (published != document) {
                altered++;
            }
            for (PartSequence format : formats) {
                format.write(published);
            }
            if (recorder != null) {
                recorder.add(published);
            }
            sample.offer(published);
            if ((document.findings() & JsonCursor.NOT_UTF8) != 0) {
                repaired++;
            }
        }
        progress.wrote(page.documents().size(), page.bytes());
    }

    /**
     * The result of a slice.
     *
     * @param slice     the slice
     * @param documents number of published documents, once for all formats
     * @param excluded  number of documents that were read and are not published
     * @param spans     the documents' positions
     * @param repaired  number of documents in which invalid UTF-8 was replaced
     * @param altered   number of documents with withheld or blurred values
     * @param formats   what was written in each format
     * @param sample    the first documents
     * @param seconds   time per stage
     */
    record Result(
            Slice slice,
            long documents,
            long excluded,
            SliceSpans spans,
            long repaired,
            long altered,
            List<Written> formats,
            Sample sample,
            Map<Stage, Double> seconds) {}

    /**
     * A slice in one format.
     *
     * @param parts   in order, with their names in the work folder
     * @param leftOut fields without a place in the format, with the number of documents that have them
     * @param columns the kinds of cells in its columns, if it has columns
     */
    record Written(List<Part> parts, Map<String, Long> leftOut, ColumnKinds columns) {}
}
