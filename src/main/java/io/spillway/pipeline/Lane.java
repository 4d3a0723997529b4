package io.spillway.pipeline;

import io.spillway.changes.SpillBuffer;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.CountedFields;
import io.spillway.fields.FieldFilter;
import io.spillway.fields.Where;
import io.spillway.json.JsonCursor;
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
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one slice on one thread, from its first page to its last part, and writes the published content of each
 * document to a part of every format. Blocking writes provide back-pressure.
 */
final class Lane implements Callable<SliceResult> {
    private final Snapshot snapshot;
    private final Slice slice;
    private final Where where;
    private final Supplier<FieldFilter> filters;
    private final List<PartSequence> formats = new ArrayList<>();
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

    /**
     * A new lane.
     *
     * @param where   selects the documents that are published
     * @param filters creates the filter for all published documents when the slice begins
     * @param changes creates what records the published documents when the slice begins; gives null without changes
     */
    Lane(
            Snapshot snapshot,
            Slice slice,
            Where where,
            Supplier<FieldFilter> filters,
            Formats formats,
            Supplier<@Nullable SpillBuffer> changes,
            Progress progress) {
        this.snapshot = snapshot;
        this.slice = slice;
        this.spans = new SliceSpans(slice.number());
        this.where = where;
        this.filters = filters;
        this.formats.addAll(formats.begin(slice, clock));
        this.changes = changes;
        this.progress = progress;
    }

    @Override
    public SliceResult call() throws SpillwayException, InterruptedException {
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
            List<SliceResult.Written> written = new ArrayList<>();
            for (PartSequence format : formats) {
                written.add(format.written());
            }
            spans.end();
            return new SliceResult(
                    slice.number(),
                    documents,
                    excluded,
                    spans,
                    repaired,
                    altered,
                    CountedFields.of(slice.number(), filter),
                    written,
                    sample.text(),
                    clock.seconds());
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
}
