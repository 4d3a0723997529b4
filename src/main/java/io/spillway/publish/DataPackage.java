package io.spillway.publish;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.spillway.dataset.Dataset;
import io.spillway.fields.PublishedField;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code datapackage.json}: the dump for tools that know Data Package 2.0 and nothing of Spillway. One resource a
 * part, since parts with a header each do not make one file when joined; names stay the same from dump to dump, as the
 * standard wants.
 */
record DataPackage(
        @JsonProperty("$schema") String schema,
        String name,
        String title,
        @Nullable String description,
        @Nullable String homepage,
        String version,
        Instant created,
        @Nullable List<License> licenses,
        List<Resource> resources) {
    static final String FILE_NAME = "datapackage.json";

    private static final String PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json";
    /** What the standard takes for the name of a licence; an SPDX identifier may also end in a plus. */
    private static final Pattern LICENSE_NAME = Pattern.compile("[-a-zA-Z0-9._]+");

    /** The standard wants a name or a path. */
    record License(
            @Nullable String name,
            @Nullable String path,
            @Nullable String title) {
        static License of(String spdx) {
            return LICENSE_NAME.matcher(spdx).matches()
                    ? new License(spdx, null, null)
                    : new License(null, "https://spdx.org/licenses/" + spdx + ".html", spdx);
        }
    }

    /**
     * A file. Length and hash are those of the file as it lies there, compressed.
     *
     * @param compression the ending that goes with it; the standard's recipe knows {@code gz} and {@code zip} only
     */
    record Resource(
            String name,
            String path,
            @Nullable String type,
            @Nullable String title,
            String format,
            String mediatype,
            String encoding,
            @Nullable String compression,
            long bytes,
            String hash,
            @Nullable Dialect dialect,
            @Nullable Table schema) {}

    /** How rows and cells of a CSV part are told apart. */
    record Dialect(
            String delimiter,
            @JsonProperty("lineTerminator") String lineTerminator,
            @JsonProperty("quoteChar") String quoteChar,
            @JsonProperty("doubleQuote") boolean doubleQuote,
            boolean header) {
        static final Dialect RFC_4180 = new Dialect(",", "\r\n", "\"", true, true);
    }

    /** The columns of a CSV part, in order. */
    record Table(List<Column> fields) {}

    /** A column; {@code any} where one type would not hold for every cell. */
    record Column(String name, String type, @Nullable String description) {}

    /**
     * The file's bytes.
     *
     * @param beside files beside the parts that readers of data want too
     */
    static byte[] of(Draft draft, List<SideFile> beside) {
        Dataset dataset = draft.dataset();
        return ManifestJson.write(new DataPackage(
                PROFILE,
                dataset.name(),
                dataset.title(),
                dataset.description(),
                dataset.homepage(),
                draft.dump().stamp(),
                draft.takenAt(),
                dataset.license() == null ? null : List.of(License.of(dataset.license())),
                Stream.concat(
                                draft.parts().stream().map(part -> resource(draft, part)),
                                beside.stream().map(DataPackage::resource))
                        .toList()));
    }

    private static Resource resource(Draft draft, Part part) {
        boolean csv = part.format().equals("csv");
        String compression = endingOf(part.compression());
        return new Resource(
                part.name().replace(draft.dump().fileStem(), draft.dataset().name()),
                part.name(),
                csv ? "table" : null,
                null,
                part.format().equals("bulk") ? "ndjson" : part.format(),
                mediaType(part.format()),
                "utf-8",
                compression,
                part.bytes(),
                "sha256:" + part.sha256(),
                csv ? Dialect.RFC_4180 : null,
                csv ? table(draft, part) : null);
    }

    private static Resource resource(SideFile file) {
        String format = file.name().substring(file.name().lastIndexOf('.') + 1);
        return new Resource(
                file.name(),
                file.name(),
                null,
                file.name().equals(SchemaFile.FILE_NAME) ? "The fields of the documents" : "The first documents",
                format,
                mediaType(format),
                "utf-8",
                null,
                file.bytes(),
                "sha256:" + file.sha256(),
                null,
                null);
    }

    private static String mediaType(String format) {
        return switch (format) {
            case "csv" -> "text/csv";
            case "bulk" -> "application/x-ndjson";
            case "json" -> "application/json";
            default -> "application/jsonl";
        };
    }

    private static @Nullable String endingOf(String compression) {
        return switch (compression) {
            case "none" -> null;
            case "gzip" -> "gz";
            case "zstd" -> "zst";
            case "bzip2" -> "bz2";
            default -> compression;
        };
    }

    private static Table table(Draft draft, Part part) {
        Map<String, PublishedField> fields = new HashMap<>();
        draft.fields().forEach(field -> fields.put(field.path(), field));
        List<Column> columns = new ArrayList<>();
        for (Manifest.Format format : draft.formats()) {
            if (format.name().equals(part.format())
                    && format.compression().equals(part.compression())
                    && format.options().get("columns") instanceof List<?> names) {
                for (Object name : names) {
                    String path = name.toString();
                    columns.add(new Column(
                            path, type(path, fields), draft.descriptions().get(path)));
                }
            }
        }
        return new Table(columns);
    }

    /** A promise for every cell, or {@code any}: below an array of objects a cell holds an array, whatever the field is. */
    private static String type(String path, Map<String, PublishedField> fields) {
        for (int dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.', dot - 1)) {
            PublishedField above = fields.get(path.substring(0, dot));
            if (above == null || above.jsonTypes().contains("array")) {
                return "any";
            }
        }
        PublishedField field = fields.get(path);
        Set<String> types = field == null ? new HashSet<>() : new HashSet<>(field.jsonTypes());
        types.remove("null");
        if (types.size() != 1) {
            return "any";
        }
        String only = types.iterator().next();
        return Set.of("string", "number", "boolean").contains(only) ? only : "any";
    }
}
