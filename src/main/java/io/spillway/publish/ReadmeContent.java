package io.spillway.publish;

import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The README's text about documents and formats. Each sentence follows from what the export did and promises no more
 * than the files contain.
 */
final class ReadmeContent {
    private static final List<String> BESIDE_DOCUMENTS = List.of("_id", "_index", "_routing");

    private ReadmeContent() {}

    /** How the documents of the dump differ from those of the source. */
    static String documents(Draft draft) {
        List<String> sentences = new ArrayList<>();
        boolean rebuilt = draft.source().reading().vectorsRebuilt();
        if (rebuilt) {
            sentences.add("Elasticsearch keeps the vectors of these documents apart from them and rebuilt the documents"
                    + " for this dump.");
            sentences.add(
                    "Digits of numbers and the order of keys may differ from what was indexed, and a number that is"
                            + " too large for a double is the text `\"Infinity\"`.");
        }
        if (draft.altered() > 0) {
            sentences.add(count(draft.altered()) + " of " + count(draft.documents())
                    + " documents were altered: the publisher withholds or blurs some of their fields.");
        }
        boolean cellsAlone =
                draft.formats().stream().allMatch(format -> format.name().equals("csv"));
        if (!rebuilt) {
            sentences.add(asIndexed(draft.altered() > 0, cellsAlone)
                    + (draft.repaired() > 0 ? ", except for bytes that are not UTF-8." : "."));
        }
        if (draft.fields().stream().anyMatch(field -> field.blurred() != null)) {
            sentences.add("`schema.json` names the fields whose values are blurred.");
        }
        if (!rebuilt) {
            sentences.add(
                    cellsAlone
                            ? "The digits of numbers are the source's own."
                            : "The order of keys, the digits of numbers and the escapes of strings are the source's own.");
        }
        sentences.add("Line breaks, comments and byte order marks between values are left out.");
        if (draft.repaired() > 0) {
            sentences.add(
                    "In " + count(draft.repaired()) + " documents, bytes that are not UTF-8 were replaced by U+FFFD.");
        }
        if (draft.source().filtered()) {
            sentences.add("A query or a routing chose the documents: the source may hold others.");
        }
        if (draft.where() != null) {
            sentences.add("The values of fields chose the documents: "
                    + count(draft.where().excluded()) + " others of the source are left out.");
        }
        if (draft.disclosure().query() != null) {
            sentences.add("`manifest.json` has the query.");
        }
        return paragraph("", sentences) + "\n";
    }

    /** What is as it was indexed, without a full stop; CSV alone has values of documents, not documents. */
    private static String asIndexed(boolean altered, boolean cellsAlone) {
        if (cellsAlone) {
            return altered
                    ? "All other values in cells are as they were indexed"
                    : "Values in cells are as they were indexed";
        }
        return altered
                ? "Everything else in them is as it was indexed"
                : "Documents are published as they were indexed";
    }

    /** The list entry for a format, with commands to read it. */
    static String format(Draft draft, Manifest.Format format) {
        return switch (format.name()) {
            case "bulk" -> bulk(draft, format);
            case "csv" -> csv(format);
            case "tar" -> tar(format);
            case "parquet" -> parquet(format);
            default -> jsonLines(format);
        };
    }

    private static String jsonLines(Manifest.Format format) {
        List<String> sentences = new ArrayList<>();
        sentences.add(
                hasIds(format)
                        ? "one JSON object a line, in UTF-8: the document under `_source`, beside its `_id`, its `_index` and,"
                                + " where it has one, its `_routing`."
                        : "one JSON document a line, in UTF-8.");
        sentences.add("Lines end with a line feed alone.");
        sentences.add(
                "Read them as bytes or with a JSON Lines reader: the line splitters of some languages also break at"
                        + " U+2028, which a string may contain.");
        return paragraph("* `jsonl`: ", sentences);
    }

    private static String tar(Manifest.Format format) {
        List<String> sentences = new ArrayList<>();
        sentences.add("archives of JSON files, each an array with one document a line.");
        if (hasIds(format)) {
            sentences.add(
                    "An element has the document under `_source`, beside its `_id`, its `_index` and, where it has"
                            + " one, its `_routing`.");
        }
        sentences.add("Each archive unpacks into a folder of its own.");
        return paragraph("* `tar`: ", sentences);
    }

    private static String parquet(Manifest.Format format) {
        List<String> sentences = new ArrayList<>();
        sentences.add(
                "one document a row, a typed column for each field of the mapping, in all files the same columns.");
        sentences.add(
                "`_rest` has every value that its column does not hold exactly, as JSON: it is right wherever it has"
                        + " a path, and the column then has the nearest value or none.");
        sentences.add("A field that is null in the document is an absent value"
                + (format.options().containsKey("source")
                        ? "; `_source` has the whole document as JSON."
                        : ", as a missing field is."));
        if (hasIds(format)) {
            sentences.add("`_id` and `_routing` identify the document of a row.");
        }
        sentences.add(
                "`datapackage.json` and `schema.json` state the types. `manifest.json` lists all columns, and under"
                        + " `left_out` how many documents have values of a field in `_rest`.");
        sentences.add("These lines load all files:");
        return paragraph("* `parquet`: ", sentences) + "\n  ```\n  " + String.join("\n  ", ParquetTable.LOADED_BY)
                + "\n  ```\n\n";
    }

    private static String csv(Manifest.Format format) {
        List<String> columns = columns(format);
        List<String> sentences = new ArrayList<>();
        sentences.add("one document a row (RFC 4180, UTF-8"
                + (isSet(format, "byte_order_mark") ? " after a byte order mark" : "") + "), a header in each file.");
        sentences.add("A column is a dotted path; an object in a cell is JSON text.");
        if ("join".equals(format.options().get("arrays"))) {
            String separator = String.valueOf(format.options().get("separator"));
            sentences.add("An array is its values joined with " + Readme.inline(quoted(separator))
                    + ": a value may contain that too, and an empty array is `\"\"`, as an empty string is.");
        } else {
            sentences.add("An array is JSON text, also that of the values below an array of objects.");
        }
        if (columns.size() == 1) {
            sentences.add("A row without a value is `\"\"`, as an empty string is.");
        } else {
            sentences.add("A cell for null or a missing field is empty, that of an empty string is `\"\"`;"
                    + " many readers do not tell them apart.");
        }
        if (isSet(format, "formulas_escaped")) {
            sentences.add("Text that a spreadsheet would run as a formula is prefixed with an apostrophe.");
        }
        List<String> beside =
                columns.stream().filter(BESIDE_DOCUMENTS::contains).toList();
        if (!beside.isEmpty()) {
            sentences.add(
                    "`" + String.join("`, `", beside) + "` identify the document of a row and are not its fields.");
        }
        if (!format.leftOut().isEmpty()) {
            sentences.add("Some fields have no column: `manifest.json` lists them under `left_out`.");
        }
        return paragraph("* `csv`: ", sentences);
    }

    private static String bulk(Draft draft, Manifest.Format format) {
        List<Part> parts = draft.parts().stream()
                .filter(part -> part.format().equals(format.name())
                        && part.compression().equals(format.compression()))
                .toList();
        long largest = parts.stream().mapToLong(Part::bytesUncompressed).max().orElse(0);
        List<String> sentences = new ArrayList<>();
        sentences.add("two lines a document, an action and the document, for Elasticsearch's `_bulk`.");
        sentences.add(
                "create".equals(format.options().get("action"))
                        ? "The action is `create`, which data streams need: a document whose id is taken is reported as a conflict."
                        : "The action is `index`: a document of the same id is replaced.");
        sentences.add("Each file is one request; the largest has " + count(largest) + " bytes before compression, and"
                + " `http.max_content_length` of the server (100 MB by default) must not be lower.");
        sentences.add("`curl` sends a file again while the server is busy (429, 503).");
        sentences.add("With the server's address in `SERVER` and the index in `INDEX`:");
        return paragraph("* `bulk`: ", sentences)
                + """

                  ```sh
                  for part in *%s.bulk.ndjson%s; do
                    %s "$part" | curl -sS -f --retry 9 -H 'Content-Type: application/x-ndjson' --data-binary @- \\
                      "$SERVER/$INDEX/_bulk?filter_path=errors,items.*.error" || { echo "rejected: $part" >&2; break; }
                  done
                  ```

                """.formatted(
                                draft.changeFiles().isEmpty() ? "" : "Z.[0-9]*",
                                ending(parts),
                                Readme.cat(format.compression()));
    }

    /** The file extension of compressed parts, with its dot. */
    private static String ending(List<Part> parts) {
        String name = parts.isEmpty() ? "" : parts.get(0).name();
        return name.substring(name.indexOf(".ndjson") < 0 ? name.length() : name.indexOf(".ndjson") + 7);
    }

    private static List<String> columns(Manifest.Format format) {
        return format.options().get("columns") instanceof List<?> names
                ? names.stream().map(Object::toString).toList()
                : List.of();
    }

    private static boolean hasIds(Manifest.Format format) {
        return format.options().containsKey("id");
    }

    private static boolean isSet(Manifest.Format format, String option) {
        return Boolean.TRUE.equals(format.options().get(option));
    }

    private static String quoted(String text) {
        return new String(ManifestJson.writeLine(text), StandardCharsets.UTF_8);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** One sentence per line, indented as a list entry if {@code begin} starts one. */
    private static String paragraph(String begin, List<String> sentences) {
        String indent = begin.isEmpty() ? "" : "  ";
        return begin + String.join("\n" + indent, sentences) + "\n";
    }
}
