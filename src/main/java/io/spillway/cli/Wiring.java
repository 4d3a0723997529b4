package io.spillway.cli;

import io.spillway.compress.Compression;
import io.spillway.encode.BulkLines;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.encode.JsonLines;
import io.spillway.encode.JsonLinesWithId;
import io.spillway.encode.TarBatches;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.FieldPolicy;
import io.spillway.pipeline.ExportRun;
import io.spillway.pipeline.PartFormat;
import io.spillway.pipeline.PartLimits;
import io.spillway.progress.Progress;
import io.spillway.publish.Cadence;
import io.spillway.publish.Disclosure;
import io.spillway.publish.Gate;
import io.spillway.publish.Publisher;
import io.spillway.schedule.FormatSection;
import io.spillway.schedule.GateSection;
import io.spillway.schedule.JsonLinesSection;
import io.spillway.schedule.PartsSection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.SourceSection;
import io.spillway.schedule.TimesSection;
import io.spillway.source.DocumentSource;
import io.spillway.source.SourceDescription;
import io.spillway.source.elasticsearch.ElasticsearchOptions;
import io.spillway.source.elasticsearch.ElasticsearchOptions.Credentials;
import io.spillway.source.elasticsearch.ElasticsearchSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From a schedule to the parts that carry it out: the only place where adapters are created. */
final class Wiring {
    private Wiring() {}

    /** The source that a schedule names; the caller closes it. */
    static DocumentSource source(ScheduleFile schedule) throws SpillwayException {
        SourceSection source = schedule.source();
        var paging = new ElasticsearchOptions.Paging(
                source.slices(),
                source.politeness().lanes(),
                source.pageBytes().bytes(),
                source.requestTimeout(),
                source.politeness().maxShare(),
                source.notUtf8() == SourceSection.NotUtf8.REPLACE
                        ? ElasticsearchOptions.NotUtf8.REPLACE
                        : ElasticsearchOptions.NotUtf8.STOP,
                ElasticsearchOptions.Patience.DEFAULT);
        return ElasticsearchSource.open(new ElasticsearchOptions(
                source.elasticsearch(),
                credentials(source),
                new ElasticsearchOptions.Trust(source.caFile(), source.fingerprint()),
                source.index(),
                source.query() == null ? null : source.query().toString(),
                new ElasticsearchOptions.Copies(source.preference(), source.routing()),
                paging));
    }

    static ExportRun export(
            ScheduleFile schedule, Allowances allowed, DocumentSource source, Places places, Progress progress) {
        return new ExportRun(
                schedule.toDataset(),
                source,
                schedule.fields().toPolicy(),
                disclosure(schedule),
                description -> formats(schedule, description),
                new PartLimits(
                        schedule.parts().documents(), schedule.parts().bytes().bytes()),
                allowed.empty() || schedule.gate().empty() == GateSection.WhenEmpty.PUBLISH,
                places.workspace(),
                new Publisher(
                        places.home(),
                        Version.current(),
                        gate(schedule.gate(), allowed),
                        places.all(),
                        cadence(schedule),
                        places.memory()),
                places.deliveries(allowed.anyway()),
                progress);
    }

    /** As the daemon reads the same times; who exports by hand in between does not move them. */
    static Cadence cadence(ScheduleFile schedule) {
        TimesSection times = schedule.schedule();
        return times == null ? Cadence.NONE : takenAt -> times.cron().next(takenAt, times.timeZone());
    }

    private static Disclosure disclosure(ScheduleFile schedule) {
        return new Disclosure(
                schedule.fields().descriptions(),
                schedule.fields().examples(),
                schedule.source().publishQuery() ? schedule.source().query() : null);
    }

    private static Gate gate(GateSection section, Allowances allowed) {
        Set<Gate.Refusal> accepted = EnumSet.noneOf(Gate.Refusal.class);
        if (allowed.shrink()) {
            accepted.add(Gate.Refusal.SHRINK);
        }
        if (allowed.schema()) {
            accepted.add(Gate.Refusal.SCHEMA);
        }
        return new Gate(
                new Gate.Rules(section.shrink(), section.schema() == GateSection.WhenFieldsMove.STOP, accepted));
    }

    /** How the documents of a source are written; refuses what cannot hold them or cannot be used here. */
    static List<PartFormat> formats(ScheduleFile schedule, SourceDescription source) throws SpillwayException {
        FieldPolicy policy = schedule.fields().toPolicy();
        List<PartFormat> formats = new ArrayList<>();
        for (FormatSection section : schedule.formats()) {
            formats.add(format(section, schedule.parts(), policy, source));
        }
        return formats;
    }

    /** A format for what was found and is published; fails where it cannot hold that, or cannot be written here. */
    static PartFormat format(FormatSection section, PartsSection parts, FieldPolicy fields, SourceDescription source)
            throws SpillwayException {
        PartFormat format = unchecked(section, parts, fields, source);
        requireUsable(format.compression());
        return format;
    }

    private static PartFormat unchecked(
            FormatSection section, PartsSection parts, FieldPolicy fields, SourceDescription source)
            throws SpillwayException {
        if (section.csv() != null) {
            requirePublished("columns of format csv", section.csv().columns(), fields);
            CsvOptions options = section.csv().toOptions();
            CsvColumns columns = section.csv().columns() == null
                    ? CsvColumns.fromMapping(source.fields())
                    : CsvColumns.named(section.csv().columns(), source.fields());
            return new PartFormat(
                    () -> new Csv(columns, options), section.csv().toCompression(), options.facts(columns));
        } else if (section.bulk() != null) {
            refuseSeveralIndices(source);
            requirePublished("format bulk", List.of("_id", "_routing"), fields);
            return new PartFormat(BulkLines::new, section.bulk().toCompression());
        } else if (section.tar() != null) {
            TarBatches.Limits limits = section.tar().toLimits(parts);
            return new PartFormat(() -> new TarBatches(limits), section.tar().toCompression(), limits.facts());
        }
        JsonLinesSection jsonl = Objects.requireNonNull(section.jsonl(), "a format without a kind");
        if (jsonl.id() == JsonLinesSection.Ids.ID) {
            requirePublished("format jsonl with id: _id", List.of("_id", "_routing"), fields);
            return new PartFormat(JsonLinesWithId::new, jsonl.toCompression(), Map.of("id", "_id"));
        }
        return new PartFormat(JsonLines::new, jsonl.toCompression());
    }

    /** Ids and routing are no fields, but they can tell as much: with rules, somebody has to decide on them, too. */
    private static void requirePublished(String who, @Nullable List<String> paths, FieldPolicy fields)
            throws SpillwayException {
        if (paths == null || !fields.hasRules()) {
            return;
        }
        List<String> withheld = paths.stream()
                .filter(path -> switch (fields.decide(path).kind()) {
                    case PUBLISHED -> false;
                    case BLURRED -> path.startsWith("_");
                    case WITHHELD -> true;
                    case UNDECIDED -> path.startsWith("_") && fields.unlisted() != FieldPolicy.Unlisted.PUBLISH;
                })
                .toList();
        if (!withheld.isEmpty()) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "%s would publish what the rules of fields do not: %s".formatted(who, String.join(", ", withheld)),
                    "name them in fields.include if they are to be public, or take them out of the format");
        }
    }

    /** A codec whose library does not load is said before anything is read. */
    private static void requireUsable(Compression compression) throws SpillwayException {
        Optional<String> unavailable = compression.whyUnavailable();
        if (unavailable.isPresent()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "compression " + compression.name() + " cannot be used here: " + unavailable.get(),
                    "mend that, or choose another compression in formats");
        }
    }

    private static void refuseSeveralIndices(SourceDescription source) throws SpillwayException {
        if (source.indices().size() > 1) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format bulk holds the documents of one index, but \"%s\" stands for %d: %s"
                            .formatted(source.name(), source.indices().size(), String.join(", ", source.indices())),
                    "export each index on its own, or use jsonl with id: _id, where each line names its index");
        }
    }

    private static Credentials credentials(SourceSection source) {
        if (source.apiKey() != null) {
            return new ElasticsearchOptions.ApiKey(source.apiKey());
        } else if (source.bearerToken() != null) {
            return new ElasticsearchOptions.Bearer(source.bearerToken());
        } else if (source.username() != null && source.password() != null) {
            return new ElasticsearchOptions.Basic(source.username(), source.password());
        }
        return new ElasticsearchOptions.Anonymous();
    }
}
