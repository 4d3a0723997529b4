package io.spillway.run;

import io.spillway.changes.ChangeSettings;
import io.spillway.changes.LineKeys;
import io.spillway.compress.Compression;
import io.spillway.destination.Digests;
import io.spillway.encode.BulkLines;
import io.spillway.encode.Encoder;
import io.spillway.encode.JsonLines;
import io.spillway.encode.JsonLinesWithId;
import io.spillway.fault.Fault;
import io.spillway.fault.Printable;
import io.spillway.fault.SpillwayException;
import io.spillway.fields.Decision;
import io.spillway.fields.FieldPolicy;
import io.spillway.schedule.BulkSection;
import io.spillway.schedule.ChangesSection;
import io.spillway.schedule.FieldsSection;
import io.spillway.schedule.FormatSection;
import io.spillway.schedule.Ids;
import io.spillway.schedule.JsonLinesSection;
import io.spillway.schedule.ScheduleFile;
import io.spillway.schedule.SourceSection;
import io.spillway.source.SourceDescription;
import io.spillway.source.SourceField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a schedule makes changes, and why its key cannot identify documents. */
final class ChangePlan {
    /** Types of fields whose values are objects. */
    private static final Set<String> WITHOUT_A_VALUE = Set.of("object", "nested", "flattened", "flat_object");

    private ChangePlan() {}

    /**
     * The settings of the section {@code changes}, which the schedule has.
     *
     * @param found with all its fields, published or not
     * @throws SpillwayException {@link Fault#CONFIG}: the key is not published as it is, or there are no lines
     */
    static ChangeSettings of(ScheduleFile schedule, SourceDescription found) throws SpillwayException {
        ChangesSection section = Objects.requireNonNull(schedule.changes(), "a schedule without changes");
        String key = section.key();
        JsonLinesSection lines = schedule.formats().stream()
                .flatMap(format -> Optional.ofNullable(format.jsonl()).stream())
                .findFirst()
                .orElseThrow(() ->
                        refused(key, "has no lines to compare: the formats have no jsonl", "add jsonl to formats"));
        boolean wrapped = lines.id() == Ids.ID;
        if (key.equals(LineKeys.ID)) {
            if (!wrapped) {
                throw refused(
                        key,
                        "needs the ids of documents in the lines",
                        "publish them with formats: [{jsonl: {id: _id}}], or name a published field as the key");
            }
        } else {
            requirePublished(key, schedule.fields().toPolicy(), found.fields());
        }
        Supplier<Encoder> encoder = wrapped ? JsonLinesWithId::new : JsonLines::new;
        Compression compression = lines.files().toCompression();
        return new ChangeSettings(
                key,
                wrapped,
                encoder,
                compression,
                key.equals(LineKeys.ID) ? bulk(schedule.formats(), found) : null,
                schedule.parts().documents(),
                schedule.parts().bytes().bytes(),
                fingerprint(schedule));
    }

    /** Requests can replace and delete documents by their ids only where the action is index. */
    private static ChangeSettings.@Nullable Bulk bulk(List<FormatSection> formats, SourceDescription found) {
        for (FormatSection format : formats) {
            BulkSection bulk = format.bulk();
            if (bulk != null && bulk.toAction(found.indices().get(0)) == BulkLines.Action.INDEX) {
                return new ChangeSettings.Bulk(
                        bulk.files().toCompression(), bulk.requestBytes().bytes());
            }
        }
        return null;
    }

    private static void requirePublished(String key, FieldPolicy policy, List<SourceField> mapped)
            throws SpillwayException {
        SourceField field = mapped.stream()
                .filter(each -> each.path().equals(key))
                .findFirst()
                .orElseThrow(() -> refused(
                        key, "is not a field of the mapping", "check the spelling, or name another field as the key"));
        if (WITHOUT_A_VALUE.contains(field.type())) {
            throw refused(key, "is of type " + field.type() + ", which has no single value", "name another field");
        }
        if (policy.hasRules()) {
            Decision.Kind kind = policy.decide(key).kind();
            boolean published = kind == Decision.Kind.PUBLISHED
                    || (kind == Decision.Kind.UNDECIDED && policy.unlisted() == FieldPolicy.Unlisted.PUBLISH);
            if (!published) {
                throw refused(
                        key,
                        kind == Decision.Kind.BLURRED
                                ? "is blurred by the rules of fields, so that it may not identify a document"
                                : "is not published by the rules of fields",
                        "name a field of fields.include as the key, or remove changes");
            }
        }
    }

    private static SpillwayException refused(String key, String why, String hint) {
        return new SpillwayException(Fault.CONFIG, "changes.key: \"%s\" %s".formatted(Printable.line(key), why), hint);
    }

    /** The settings that change what is published of the same documents, by the words that readers are told. */
    private static Map<String, String> fingerprint(ScheduleFile schedule) {
        SourceSection source = schedule.source();
        FieldsSection fields = schedule.fields();
        return Map.of(
                "the rules of fields",
                digest(
                        fields.include().stream().sorted().toList(),
                        fields.exclude().stream().sorted().toList(),
                        fields.blur(),
                        fields.toPolicy().unlisted(),
                        fields.hashKey() == null ? "" : fields.hashKey().reveal()),
                "the query and the routing",
                digest(
                        String.valueOf(source.query()),
                        String.valueOf(source.routing()),
                        new TreeMap<>(source.where()),
                        source.notUtf8()),
                "the formats",
                digest(schedule.formats()));
    }

    private static String digest(Object... settings) {
        return Digests.sha256(List.of(settings).toString().getBytes(StandardCharsets.UTF_8));
    }
}
