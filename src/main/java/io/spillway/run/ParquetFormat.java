package io.spillway.run;

import io.spillway.compress.Compression;
import io.spillway.encode.Parquet;
import io.spillway.fault.Fault;
import io.spillway.fault.Printable;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.parquet.Columns;
import io.spillway.pipeline.PartFormat;
import io.spillway.schedule.ParquetSection;
import io.spillway.source.SourceField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The format {@code parquet} of a schedule, for the fields that are published. */
final class ParquetFormat {
    private ParquetFormat() {}

    /**
     * The format.
     *
     * @param published fields
     * @param derived   determines which of them are lists unless the schedule does
     * @throws SpillwayException {@code list} names a field that is not published
     */
    static PartFormat of(ParquetSection section, List<SourceField> published, KnownLists derived)
            throws SpillwayException {
        Columns.Options options =
                section.toOptions(section.list() == null ? derived.of(published) : listed(section.list(), published));
        Columns columns = new Columns(published, options);
        long rowGroupBytes = Parquet.rowGroupBytes(Runtime.getRuntime().maxMemory());
        return new PartFormat(
                () -> new Parquet(columns, section.level(), rowGroupBytes),
                Compression.parse("none", null),
                Parquet.facts(columns, options));
    }

    private static Set<String> listed(List<String> paths, List<SourceField> published) throws SpillwayException {
        List<String> unknown =
                paths.stream().filter(path -> !has(published, path)).toList();
        if (!unknown.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "format parquet: no published field of the mapping has the path in list: "
                            + Printable.line(String.join(", ", unknown)),
                    "correct the path in list, or publish the field");
        }
        return Set.copyOf(paths);
    }

    /** Determines which published fields are lists where a schedule does not. */
    @FunctionalInterface
    interface KnownLists {
        /** The paths of the lists among these fields. */
        Set<String> of(List<SourceField> published);
    }

    /** The fields that were arrays in the dump before, and the lists of its Parquet files, so that a list remains one. */
    static Set<String> known(List<SourceField> published, @Nullable Manifest previous) {
        Set<String> lists = new TreeSet<>();
        if (previous != null) {
            previous.source().fields().stream()
                    .filter(field -> field.jsonTypes().contains("array"))
                    .forEach(field -> lists.add(field.path()));
            lists.addAll(lists(previous));
        }
        lists.removeIf(path -> !has(published, path));
        return lists;
    }

    private static List<String> lists(Manifest dump) {
        List<String> lists = new ArrayList<>();
        for (Manifest.Format format : dump.formats()) {
            if (format.name().equals(Parquet.FORMAT) && format.options().get("columns") instanceof List<?> columns) {
                for (Object column : columns) {
                    if (column instanceof Map<?, ?> fact
                            && String.valueOf(fact.get("type")).startsWith(Columns.LIST_OF)) {
                        lists.add(String.valueOf(fact.get("path")));
                    }
                }
            }
        }
        return lists;
    }

    /** Whether a field has this path, or lies in an object that has it. */
    private static boolean has(List<SourceField> fields, String path) {
        return fields.stream()
                .anyMatch(field -> field.path().equals(path) || field.path().startsWith(path + "."));
    }
}
