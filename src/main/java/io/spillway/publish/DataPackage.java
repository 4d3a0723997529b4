package io.spillway.publish;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.License;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code datapackage.json}: describes the dump for tools that read Data Package 2.0. One resource per part,
 * because parts with a header each cannot be joined into one file. Resource names stay the same from dump to dump, as
 * the standard asks.
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
        @Nullable List<Contributor> contributors,
        List<Resource> resources) {
    static final String FILE_NAME = "datapackage.json";

    private static final String PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json";
    /** Licence names allowed by the standard. An SPDX identifier may also end in a plus. */
    private static final Pattern LICENSE_NAME = Pattern.compile("[-a-zA-Z0-9._]+");

    /** A contributor and its roles. */
    record Contributor(String title, List<String> roles) {}

    /** A licence; the standard requires a name or a path. */
    record License(
            @Nullable String name,
            @Nullable String path,
            @Nullable String title) {
        /** One entry per licence of an expression; the whole expression is the title if there are several. */
        static List<License> of(String expression, @Nullable CustomLicense custom) {
            List<String> identifiers = io.spillway.dataset.License.identifiers(expression);
            String title = identifiers.equals(List.of(expression))
                    ? null
                    : io.spillway.dataset.License.label(expression, custom);
            return identifiers.stream()
                    .map(id -> custom != null
                                    && io.spillway.dataset.License.references(id)
                                                    .size()
                                            == 1
                            ? new License(name(id), custom.url(), title == null ? custom.name() : title)
                            : entry(id, title))
                    .toList();
        }

        private static License entry(String spdx, @Nullable String title) {
            Optional<String> address = io.spillway.dataset.License.address(spdx);
            return LICENSE_NAME.matcher(spdx).matches() || address.isEmpty()
                    ? new License(name(spdx), null, title)
                    : new License(null, address.get(), title == null ? spdx : title);
        }

        private static String name(String spdx) {
            return LICENSE_NAME.matcher(spdx).matches() ? spdx : "LicenseRef-other";
        }
    }

    /**
     * A file. Length and hash are those of the compressed file.
     *
     * @param compression its file extension; the standard's recipe defines only {@code gz} and {@code zip}
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

    /** The CSV dialect of a part. */
    record Dialect(
            String delimiter,
            @JsonProperty("lineTerminator") String lineTerminator,
            @JsonProperty("quoteChar") String quoteChar,
            @JsonProperty("doubleQuote") boolean doubleQuote,
            boolean header) {
        static final Dialect RFC_4180 = new Dialect(",", "\r\n", "\"", true, true);
    }

    /**
     * The columns of a CSV or Parquet part, in order.
     *
     * @param missingValues the text of a cell without a value; the standard does not distinguish an empty cell from a
     *                      quoted one
     */
    record Table(
            List<Column> fields,
            @JsonProperty("missingValues") List<String> missingValues) {}

    /** A column; its type is {@code any} if no type fits every non-empty cell. */
    record Column(String name, String type, @Nullable String description) {}

    /**
     * Returns the file's content.
     *
     * @param beside files beside the parts that data tools read as well
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
                dataset.license() == null ? null : License.of(dataset.license(), dataset.customLicense()),
                dataset.publisher() == null
                        ? null
                        : List.of(new Contributor(dataset.publisher(), List.of("publisher"))),
                Stream.concat(
                                draft.parts().stream().map(part -> resource(draft, part)),
                                beside.stream().map(DataPackage::resource))
                        .toList()));
    }

    private static Resource resource(Draft draft, Part part) {
        boolean csv = part.format().equals("csv");
        boolean parquet = part.format().equals("parquet");
        String compression = endingOf(part.compression());
        return new Resource(
                part.name().replace(draft.dump().fileStem(), draft.dataset().name()),
                part.name(),
                csv || parquet ? "table" : null,
                csv && hasByteOrderMark(draft, part) ? "Begins with a byte order mark" : null,
                part.format().equals("bulk") ? "ndjson" : part.format(),
                mediaType(part.format()),
                "utf-8",
                compression,
                part.bytes(),
                "sha256:" + part.sha256(),
                csv ? Dialect.RFC_4180 : null,
                csv ? table(draft, part) : parquet ? typedTable(draft, part) : null);
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
            case "tar" -> "application/x-tar";
            case "parquet" -> "application/vnd.apache.parquet";
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
        List<Column> columns = new ArrayList<>();
        Map<String, Object> options = options(draft, part);
        if (options.get("columns") instanceof List<?> names) {
            List<?> types = options.get("column_types") instanceof List<?> found ? found : List.of();
            for (int column = 0; column < names.size(); column++) {
                String path = names.get(column).toString();
                columns.add(new Column(
                        path,
                        column < types.size() ? types.get(column).toString() : "any",
                        draft.descriptions().get(path)));
            }
        }
        return new Table(columns, List.of(""));
    }

    /** The columns of Parquet files that are in no group. */
    private static Table typedTable(Draft draft, Part part) {
        Manifest.Format format = new Manifest.Format(part.format(), part.compression(), options(draft, part), Map.of());
        return new Table(
                ParquetTable.top(format).stream()
                        .map(column -> new Column(
                                column.name(),
                                tableType(column),
                                column.path() == null
                                        ? null
                                        : draft.descriptions().get(column.path())))
                        .toList(),
                List.of());
    }

    private static String tableType(ParquetTable.Column column) {
        if (column.isList()) {
            return "array";
        }
        return switch (column.element()) {
            case "group" -> "object";
            case "integer", "long", "unsigned" -> "integer";
            case "double" -> "number";
            case "boolean" -> "boolean";
            case "timestamp" -> "datetime";
            default -> "string";
        };
    }

    private static boolean hasByteOrderMark(Draft draft, Part part) {
        return Boolean.TRUE.equals(options(draft, part).get("byte_order_mark"));
    }

    private static Map<String, Object> options(Draft draft, Part part) {
        return draft.formats().stream()
                .filter(format -> format.name().equals(part.format())
                        && format.compression().equals(part.compression()))
                .map(Manifest.Format::options)
                .findFirst()
                .orElse(Map.of());
    }
}
