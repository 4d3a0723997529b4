package io.spillway.publish;

import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.License;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code croissant.json}: describes the dump in Croissant 1.1 for tools of machine learning. Each file is a
 * {@code FileObject} with its SHA-256; each format of records is a {@code RecordSet} with its fields.
 */
final class Croissant {
    static final String FILE_NAME = "croissant.json";
    /** The file that names each part on a line. */
    static final String LIST_OF_PARTS = "urls.txt";

    private static final String CONFORMS_TO = "http://mlcommons.org/croissant/1.1";

    private final Draft draft;
    private final DumpAddresses addresses;

    private Croissant(Draft draft, DumpAddresses addresses) {
        this.draft = draft;
        this.addresses = addresses;
    }

    /**
     * Returns the file's content.
     *
     * @param beside files beside the parts that data tools read as well; {@link #LIST_OF_PARTS} is required
     */
    static byte[] of(Draft draft, List<SideFile> beside, DumpAddresses addresses) {
        return ManifestJson.write(new Croissant(draft, addresses).dataset(beside));
    }

    private Map<String, Object> dataset(List<SideFile> beside) {
        Dataset dataset = draft.dataset();
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("@context", context());
        made.put("@type", "sc:Dataset");
        made.put("conformsTo", CONFORMS_TO);
        made.put("name", dataset.name());
        made.put("alternateName", dataset.title());
        made.put("description", dataset.description() == null ? dataset.title() : dataset.description());
        // The dump's own page answers beside this file, also where the dump has no public address yet.
        made.put(
                "url",
                Optional.ofNullable(dataset.homepage())
                        .or(() -> addresses.index().map(URI::toString))
                        .orElse("index.html"));
        String license = dataset.license();
        if (license != null) {
            made.put("license", license(license, dataset.customLicense()));
        }
        Map<String, Object> publisher = publisher(dataset);
        made.put("creator", publisher);
        if (dataset.publisher() != null) {
            made.put("publisher", publisher);
        }
        made.put("version", draft.dump().stamp());
        made.put("datePublished", draft.takenAt().toString());
        List<Manifest.Format> tables =
                draft.formats().stream().filter(format -> hasParts(format)).toList();
        made.put(
                "distribution",
                Stream.of(
                                draft.parts().stream().map(this::file),
                                beside.stream().map(this::file),
                                tables.stream()
                                        .filter(format -> CroissantFields.reads(format.name()))
                                        .filter(format -> parts(format).size() > 1)
                                        .map(this::fileSet))
                        .flatMap(each -> each)
                        .toList());
        made.put(
                "recordSet",
                tables.stream()
                        .filter(format -> CroissantFields.reads(format.name()))
                        .map(this::recordSet)
                        .toList());
        return made;
    }

    /** The terms of this file; a term without a prefix that is not listed belongs to schema.org. */
    private static Map<String, Object> context() {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("@vocab", "http://schema.org/");
        context.put("sc", "http://schema.org/");
        context.put("cr", "http://mlcommons.org/croissant/");
        context.put("dct", "http://purl.org/dc/terms/");
        context.put("conformsTo", "dct:conformsTo");
        Map<String, Object> dataType = new LinkedHashMap<>();
        dataType.put("@id", "cr:dataType");
        dataType.put("@type", "@vocab");
        context.put("dataType", dataType);
        Stream.of(
                        "column",
                        "containedIn",
                        "extract",
                        "field",
                        "fileObject",
                        "fileSet",
                        "includes",
                        "isArray",
                        "jsonPath",
                        "readLines",
                        "recordSet",
                        "source",
                        "transform")
                .forEach(term -> context.put(term, "cr:" + term));
        return context;
    }

    /** URLs of the licences on SPDX's list; the name of another licence, and its URL if the publisher gave one. */
    private static List<Object> license(String expression, @Nullable CustomLicense custom) {
        List<Object> all = new ArrayList<>();
        for (String identifier : License.identifiers(expression)) {
            Optional<String> listed = License.address(identifier);
            if (listed.isPresent()) {
                all.add(listed.get());
            } else {
                Map<String, Object> work = new LinkedHashMap<>();
                work.put("@type", "CreativeWork");
                work.put("name", License.label(identifier, custom));
                License.address(identifier, custom).ifPresent(address -> work.put("url", address));
                all.add(work);
            }
        }
        return all;
    }

    /** The standard requires a creator. */
    private static Map<String, Object> publisher(Dataset dataset) {
        Map<String, Object> publisher = new LinkedHashMap<>();
        publisher.put("@type", "Organization");
        publisher.put(
                "name", dataset.publisher() == null ? "The publisher of " + dataset.title() : dataset.publisher());
        return publisher;
    }

    private boolean hasParts(Manifest.Format format) {
        return !parts(format).isEmpty();
    }

    private List<Part> parts(Manifest.Format format) {
        return draft.parts().stream()
                .filter(part -> part.format().equals(format.name())
                        && part.compression().equals(format.compression()))
                .toList();
    }

    private Map<String, Object> file(Part part) {
        return file(part.name(), part.bytes(), part.sha256(), mediaType(part.format()));
    }

    private Map<String, Object> file(SideFile file) {
        String name = file.name();
        return file(name, file.bytes(), file.sha256(), mediaType(name.substring(name.lastIndexOf('.') + 1)));
    }

    private Map<String, Object> file(String name, long bytes, String sha256, String mediaType) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("@type", "cr:FileObject");
        file.put("@id", name);
        file.put("name", name);
        file.put(
                "contentUrl",
                addresses.only().map(folder -> folder.resolve(name).toString()).orElse(name));
        file.put("contentSize", bytes + " B");
        file.put("encodingFormat", mediaType);
        file.put("sha256", sha256);
        return file;
    }

    /** All parts of a format, as the list of parts names them. */
    private Map<String, Object> fileSet(Manifest.Format format) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("@type", "cr:DataSource");
        list.put("fileObject", id(LIST_OF_PARTS));
        list.put("transform", Map.of("readLines", true));
        Map<String, Object> set = new LinkedHashMap<>();
        set.put("@type", "cr:FileSet");
        set.put("@id", fileSetId(format));
        set.put("name", fileSetId(format));
        set.put("containedIn", list);
        set.put("encodingFormat", mediaType(format.name()));
        String name = parts(format).get(0).name();
        set.put("includes", "*" + name.substring(name.lastIndexOf("." + format.name())));
        return set;
    }

    private Map<String, Object> recordSet(Manifest.Format format) {
        List<Part> parts = parts(format);
        Map<String, Object> set = new LinkedHashMap<>();
        set.put("@type", "cr:RecordSet");
        set.put("@id", setId(format));
        set.put("name", setId(format));
        set.put("description", "One record for each document, from the " + format.name() + " files");
        set.put(
                "field",
                new CroissantFields(
                                setId(format),
                                parts.size() > 1
                                        ? Map.of("fileSet", id(fileSetId(format)))
                                        : Map.of("fileObject", id(parts.get(0).name())))
                        .of(draft, format));
        return set;
    }

    /** The format's name; with its compression if another compression of the format is in the dump, too. */
    private String setId(Manifest.Format format) {
        boolean alone = draft.formats().stream()
                        .filter(other -> other.name().equals(format.name()))
                        .count()
                == 1;
        return alone ? format.name() : format.name() + "-" + format.compression();
    }

    private String fileSetId(Manifest.Format format) {
        return setId(format) + "-files";
    }

    private static Map<String, Object> id(String id) {
        return Map.of("@id", id);
    }

    /** The media types that Croissant's own reader knows. A file extension says how the file is compressed. */
    private static String mediaType(String format) {
        return switch (format) {
            case "csv" -> "text/csv";
            case "tar" -> "application/x-tar";
            case "parquet" -> "application/x-parquet";
            case "json" -> "application/json";
            case "txt" -> "text/plain";
            case "bulk" -> "application/x-ndjson";
            default -> "application/jsonlines";
        };
    }
}
