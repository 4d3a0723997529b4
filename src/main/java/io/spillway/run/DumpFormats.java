package io.spillway.run;

import io.spillway.compress.Compression;
import io.spillway.encode.BulkLines;
import io.spillway.encode.Csv;
import io.spillway.encode.CsvColumns;
import io.spillway.encode.CsvOptions;
import io.spillway.encode.JsonLines;
import io.spillway.encode.JsonLinesWithId;
import io.spillway.encode.TarBatches;
import io.spillway.fault.Fault;
import io.spillway.fault.Printable;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Decision;
import io.spillway.fields.FieldPolicy;
import io.spillway.manifest.Manifest;
import io.spillway.pipeline.PartFormat;
import io.spillway.run.ParquetFormat.KnownLists;
import io.spillway.schedule.CsvSection;
import io.spillway.schedule.FormatSection;
import io.spillway.schedule.Ids;
import io.spillway.schedule.JsonLinesSection;
import io.spillway.schedule.ParquetSection;
import io.spillway.schedule.PartsSection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the formats of a schedule for what was found at the source. */
public final class DumpFormats {
    private static final Logger LOG = LoggerFactory.getLogger(DumpFormats.class);

    private DumpFormats() {}

    /**
     * The formats of a schedule. Refuses formats that cannot hold the source's documents or cannot be used here.
     *
     * @param found    with all its fields, published or not
     * @param previous the dump before, or null if there is none
     */
    public static List<PartFormat> of(ScheduleFile schedule, SourceDescription found, @Nullable Manifest previous)
            throws SpillwayException {
        return withLists(schedule, found, published -> ParquetFormat.known(published, previous));
    }

    /** The same where only the lists of the dump before are known. */
    static List<PartFormat> withLists(ScheduleFile schedule, SourceDescription found, KnownLists lists)
            throws SpillwayException {
        FieldPolicy policy = schedule.fields().toPolicy();
        List<PartFormat> formats = new ArrayList<>();
        for (FormatSection section : schedule.formats()) {
            if (!schedule.source().publishIndex() && namesIndex(section)) {
                throw new SpillwayException(
                        Fault.FIELD_POLICY,
                        "format %s names the index of each document, which publish-index: false withholds"
                                .formatted(section.csv() != null ? "csv with column _index" : "with id: _id"),
                        "remove id: _id or the column _index from the format, or set source.publish-index to true");
            }
            formats.add(usable(section, schedule.parts(), policy, found, lists)
                    .withMd5AndSha1(publishesMd5AndSha1(schedule)));
        }
        return formats;
    }

    /** The Internet Archive reports MD5 and SHA-1 of each file, so that readers compare them with the manifest. */
    private static boolean publishesMd5AndSha1(ScheduleFile schedule) {
        return schedule.parts().md5AndSha1()
                || schedule.destinations().stream().anyMatch(each -> each.internetArchive() != null);
    }

    private static boolean namesIndex(FormatSection section) {
        return wrapsDocuments(section) || hasColumn(section, CsvColumns.INDEX);
    }

    /**
     * Creates a format for the found source. Fails if it cannot hold the published fields, or cannot be written here.
     *
     * @param found    with all its fields, published or not
     * @param previous the dump before, or null if there is none
     */
    public static PartFormat of(
            FormatSection section,
            PartsSection parts,
            FieldPolicy fields,
            SourceDescription found,
            @Nullable Manifest previous)
            throws SpillwayException {
        return usable(section, parts, fields, found, published -> ParquetFormat.known(published, previous));
    }

    private static PartFormat usable(
            FormatSection section, PartsSection parts, FieldPolicy fields, SourceDescription found, KnownLists lists)
            throws SpillwayException {
        PartFormat format = unchecked(section, parts, fields, found, lists);
        requireUsable(format.compression());
        return format;
    }

    private static PartFormat unchecked(
            FormatSection section, PartsSection parts, FieldPolicy fields, SourceDescription found, KnownLists lists)
            throws SpillwayException {
        if (section.csv() != null) {
            List<SourceField> published = fields.published(found.fields());
            requirePublishedColumns(section.csv().columns(), fields, found.fields(), published);
            CsvOptions options = section.csv().toOptions();
            CsvColumns columns = csvColumns(section.csv(), found.withFields(published));
            refuseUnpublished("format csv", unpublished(columns.besideDocuments(), fields));
            requireNamed(columns.unmapped().keySet(), fields);
            return new PartFormat(
                    () -> new Csv(columns, options), section.csv().files().toCompression(), options.facts(columns));
        } else if (section.bulk() != null) {
            refuseSeveralIndices(found);
            requirePublishedIds("format bulk", fields);
            BulkLines.Action action = section.bulk().toAction(found.indices().get(0));
            long requestBytes = section.bulk().requestBytes().bytes();
            return new PartFormat(
                    () -> new BulkLines(action, requestBytes),
                    section.bulk().files().toCompression(),
                    BulkLines.facts(action, requestBytes));
        } else if (section.tar() != null) {
            TarBatches.Limits limits = section.tar().toLimits(parts);
            boolean withId = section.tar().id() == Ids.ID;
            if (withId) {
                requirePublishedIds("format tar with id: _id", fields);
            }
            return new PartFormat(
                    () -> new TarBatches(limits, withId), section.tar().files().toCompression(), limits.facts(withId));
        }
        if (section.parquet() != null) {
            return parquet(section.parquet(), fields, found, lists);
        }
        JsonLinesSection jsonl = Objects.requireNonNull(section.jsonl(), "a format without a kind");
        if (jsonl.id() == Ids.ID) {
            requirePublishedIds("format jsonl with id: _id", fields);
            return new PartFormat(JsonLinesWithId::new, jsonl.files().toCompression(), Map.of("id", "_id"));
        }
        return new PartFormat(JsonLines::new, jsonl.files().toCompression());
    }

    private static PartFormat parquet(
            ParquetSection section, FieldPolicy fields, SourceDescription found, KnownLists lists)
            throws SpillwayException {
        if (section.id() == Ids.ID) {
            requirePublishedIds("format parquet with id: _id", fields);
        }
        requireUsable(new Compression(Compression.Codec.ZSTD, section.level()));
        return ParquetFormat.of(section, fields.published(found.fields()), lists);
    }

    private static CsvColumns csvColumns(CsvSection section, SourceDescription published) throws SpillwayException {
        CsvColumns columns = section.columns() == null
                ? CsvColumns.fromMapping(published.fields())
                : CsvColumns.named(section.columns(), published);
        columns.unmapped()
                .values()
                .forEach(column -> LOG.warn(
                        "column is not in the mapping; the export fails if no document has it column={}", column));
        return section.id() == Ids.ID ? columns.withId(published.fields()) : columns;
    }

    /** A field that only documents have is published if a rule names it, or if fields need no rule. */
    private static void requireNamed(Set<String> columns, FieldPolicy fields) throws SpillwayException {
        List<String> undecided = fields.unlisted() == FieldPolicy.Unlisted.PUBLISH
                ? List.of()
                : columns.stream()
                        .filter(column -> fields.decide(column).kind() == Decision.Kind.UNDECIDED)
                        .toList();
        if (fields.hasRules() && !undecided.isEmpty()) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "columns of format csv are not named by any rule of fields: "
                            + Printable.line(String.join(", ", undecided)),
                    "add them to fields.include to publish them, or remove them from the columns");
        }
    }

    /** A warning about formats that write ids next to blurred dates, or empty. */
    public static Optional<String> idsRevealDates(ScheduleFile schedule, SourceDescription found) {
        boolean ids = schedule.formats().stream().anyMatch(DumpFormats::writesIds);
        FieldPolicy fields = schedule.fields().toPolicy();
        List<String> dates = ids && unpublishedIds(fields).isEmpty() ? fields.blurredDates(found.fields()) : List.of();
        return dates.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        ("_id is published, and an _id that Elasticsearch generated contains the time of indexing,"
                                        + " which can reveal blurred dates: %s; exclude _id,"
                                        + " or index with your own ids")
                                .formatted(String.join(", ", dates)));
    }

    private static boolean writesIds(FormatSection section) {
        return section.bulk() != null
                || wrapsDocuments(section)
                || hasColumn(section, CsvColumns.ID)
                || (section.parquet() != null && section.parquet().id() == Ids.ID);
    }

    /** Whether the lines or elements of a format wrap the document with its id, index and routing. */
    private static boolean wrapsDocuments(FormatSection section) {
        return (section.jsonl() != null && section.jsonl().id() == Ids.ID)
                || (section.tar() != null && section.tar().id() == Ids.ID);
    }

    private static boolean hasColumn(FormatSection section, String name) {
        CsvSection csv = section.csv();
        return csv != null
                && ((csv.id() == Ids.ID && name.equals(CsvColumns.ID))
                        || (csv.columns() != null && csv.columns().contains(name)));
    }

    /** Ids and routing are not fields, but they can reveal as much: with rules, they need a decision, too. */
    private static void requirePublishedIds(String who, FieldPolicy fields) throws SpillwayException {
        refuseUnpublished(who, unpublishedIds(fields));
    }

    private static List<String> unpublishedIds(FieldPolicy fields) {
        return unpublished(List.of("_id", "_routing"), fields);
    }

    private static List<String> unpublished(List<String> besideDocuments, FieldPolicy fields) {
        if (!fields.hasRules()) {
            return List.of();
        }
        return besideDocuments.stream()
                .filter(path -> switch (fields.decide(path).kind()) {
                    case PUBLISHED -> false;
                    case BLURRED, WITHHELD -> true;
                    case UNDECIDED -> fields.unlisted() != FieldPolicy.Unlisted.PUBLISH;
                })
                .toList();
    }

    /**
     * Refuses a column that the mapping has but no rule publishes. Columns that the mapping lacks are checked with the
     * others.
     */
    private static void requirePublishedColumns(
            @Nullable List<String> columns, FieldPolicy fields, List<SourceField> mapped, List<SourceField> published)
            throws SpillwayException {
        if (columns != null && fields.hasRules()) {
            refuseUnpublished(
                    "columns of format csv",
                    columns.stream()
                            .filter(path -> switch (fields.decide(path).kind()) {
                                case PUBLISHED, BLURRED -> false;
                                case WITHHELD -> true;
                                case UNDECIDED -> has(mapped, path) && !has(published, path);
                            })
                            .toList());
        }
    }

    /** Whether a field has this path, or lies in an object that has it. */
    private static boolean has(List<SourceField> fields, String path) {
        return fields.stream()
                .anyMatch(field -> field.path().equals(path) || field.path().startsWith(path + "."));
    }

    private static void refuseUnpublished(String who, List<String> paths) throws SpillwayException {
        if (!paths.isEmpty()) {
            throw new SpillwayException(
                    Fault.FIELD_POLICY,
                    "%s would publish values that fields does not publish: %s"
                            .formatted(who, Printable.line(String.join(", ", paths))),
                    "add them to fields.include to publish them, or remove them from the format");
        }
    }

    /** Refuses a codec whose native library does not load, before anything is read. */
    private static void requireUsable(Compression compression) throws SpillwayException {
        Optional<String> unavailable = compression.whyUnavailable();
        if (unavailable.isPresent()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "compression " + compression.name() + " is not available: " + unavailable.get(),
                    "install it, or choose another compression in formats");
        }
    }

    private static void refuseSeveralIndices(SourceDescription source) throws SpillwayException {
        if (source.indices().size() > 1) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format bulk requires a single index, but \"%s\" resolves to %d: %s"
                            .formatted(source.name(), source.indices().size(), String.join(", ", source.indices())),
                    "export each index separately, or use jsonl with id: _id, where each line names its index");
        }
    }
}
