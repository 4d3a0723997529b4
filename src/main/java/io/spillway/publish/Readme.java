package io.spillway.publish;

import io.spillway.dataset.Dataset;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The README.md of a dump: what it is and how to check and read it, for the person who has just downloaded it. */
final class Readme {
    static final String FILE_NAME = "README.md";

    private Readme() {}

    static byte[] of(Draft draft, DumpAddresses addresses) {
        Dataset dataset = draft.dataset();
        Part first = draft.parts().get(0);
        StringBuilder text = new StringBuilder();
        text.append("# ").append(inline(dataset.title())).append("\n\n");
        if (dataset.description() != null) {
            text.append(paragraph(dataset.description())).append("\n\n");
        }
        text.append("| | |\n|---|---|\n");
        row(text, "Dump", draft.dump().toString());
        row(text, "Snapshot taken", draft.takenAt().toString());
        row(text, "Documents", String.format(Locale.ROOT, "%,d", draft.documents()));
        row(text, "Files", draft.parts().size() + ", " + bytes(draft.parts()));
        row(text, "Licence", dataset.license() == null ? "not stated by the publisher" : inline(dataset.license()));
        if (dataset.publisher() != null) {
            row(text, "Published by", inline(dataset.publisher()));
        }
        if (dataset.homepage() != null) {
            row(text, "About", link(dataset.homepage()));
        }
        fetching(text, addresses.first());
        text.append(reading(first)).append("```\n");
        otherWays(text, draft, addresses);
        text.append("\n## What is in it\n\n");
        draft.formats().stream().map(Readme::content).distinct().forEach(text::append);
        if (draft.source().reading().vectorsRebuilt()) {
            text.append("""

                    Elasticsearch keeps the vectors of these documents apart from them and rebuilt the documents for this
                    dump. Digits of numbers and the order of keys may differ from what was indexed, and a number that is
                    too large for a double is the text `"Infinity"`.
                    """);
        }
        text.append("""

                Each file can be read alone; together the files of one format that are compressed alike hold every
                document of the snapshot once, in no particular order.

                ## Beside the documents

                * `manifest.json`: every file with its length, checksums and number of documents; the fields, what moved
                  against the dump before. Without it a folder is not a dump.
                * `schema.json`: every field with its type, and how many documents have it.
                """);
        if (!draft.sample().isEmpty()) {
            text.append("* `")
                    .append(Companions.SAMPLE)
                    .append("`: the first documents, to look at before fetching.\n");
        }
        text.append("""
                * `datapackage.json`: the same files for tools that read Data Package 2.0.
                * `SHA256SUMS`, `urls.txt`: checksums, and what to fetch.
                """);
        if (dataset.license() != null) {
            text.append("* `").append(LicenseFile.FILE_NAME).append("`: the licence.\n");
        }
        text.append("* `").append(CitationFile.FILE_NAME).append("`: how to cite this dump (Citation File Format).\n");
        if (!draft.runJson().isEmpty()) {
            text.append("* `run.json`: how the export went.\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void fetching(StringBuilder text, Optional<URI> folder) {
        text.append("\n## Fetch and check\n\n");
        if (folder.isEmpty()) {
            text.append("With the address of this folder in `URL`:\n\n");
        }
        text.append("```sh\n");
        folder.map(URI::toString)
                .ifPresent(address -> text.append("URL='")
                        .append(address.substring(0, address.length() - 1).replace("'", "%27"))
                        .append("'\n"));
        text.append("""
                wget "$URL/urls.txt" "$URL/SHA256SUMS" && wget --base="$URL/" -i urls.txt
                sha256sum --ignore-missing -c SHA256SUMS
                """);
    }

    /** What else fetches the whole dump, and checks it on the way. */
    private static void otherWays(StringBuilder text, Draft draft, DumpAddresses addresses) {
        if (addresses.folders().isEmpty()) {
            return;
        }
        text.append("\nOr, from every place that has it, checked on the way:\n\n```sh\n");
        text.append("aria2c \"$URL/").append(Companions.metalinkName(draft)).append("\"\n```\n");
        if (!addresses.webSeeds(draft.dump().stamp()).isEmpty()) {
            text.append("\n`")
                    .append(Companions.torrentName(draft))
                    .append("` is the same as a torrent, which needs nobody else to have it.\n");
        }
        for (URI torrent : addresses.torrents()) {
            text.append(
                            "\nA torrent that one of these places makes by itself, and that may lack files of a large dump: <")
                    .append(torrent)
                    .append(">\n");
        }
    }

    private static String content(Manifest.Format format) {
        return switch (format.name()) {
            case "bulk" -> """
                    * `bulk`: two lines a document, an action and the document, as Elasticsearch's `/INDEX/_bulk` takes them.
                    """;
            case "csv" -> """
                    * `csv`: one document a row (RFC 4180, UTF-8), a header in each file, nested fields as dotted columns,
                      arrays as JSON text unless the manifest says otherwise. An empty cell is null or missing, `""` is empty.
                      Fields without a column are listed in the manifest under `left_out`.
                    """;
            case "tar" -> """
                    * `tar`: archives of JSON files, each an array of documents, one document a line, exactly as they were
                      indexed. Archives unpack into folders of their own.
                    """;
            default -> jsonLines(format.options().containsKey("id"));
        };
    }

    private static String jsonLines(boolean wrapped) {
        return (wrapped
                        ? "* `jsonl`: one document a line, in UTF-8, its source under `_source` exactly as it was indexed, beside\n"
                                + "  `_id`, `_index` and, where it has one, `_routing`:"
                        : "* `jsonl`: one JSON document a line, in UTF-8, exactly as it was indexed:")
                + """
                 key order, number digits and
                  escapes are the source's own. Lines end with a line feed alone; read them as bytes or with a JSON Lines
                  reader, since some languages' line splitters also break at U+2028, which may stand inside a string.
                """;
    }

    private static String reading(Part part) {
        String cat = switch (part.compression()) {
            case "gzip" -> "zcat";
            case "zstd" -> "zstdcat";
            case "xz" -> "xzcat";
            case "bzip2" -> "bzcat";
            default -> "cat";
        };
        String first = switch (part.format()) {
            case "csv" -> "head";
            case "tar" -> "tar -xO | jq -c '.[]' | head -n 1";
            default -> "head -n 1 | jq .";
        };
        return cat + " " + part.name() + " | " + first + "\n";
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("| ")
                .append(name)
                .append(" | ")
                .append(value.replace("|", "\\|"))
                .append(" |\n");
    }

    private static String bytes(List<Part> parts) {
        long files = parts.stream().mapToLong(Part::bytes).sum();
        long content = parts.stream().mapToLong(Part::bytesUncompressed).sum();
        return String.format(Locale.ROOT, "%,d bytes (%,d uncompressed)", files, content);
    }

    /** The same where a line begins with it, which makes some more characters mark-up. */
    private static String paragraph(String text) {
        return inline(text).replaceFirst("^(?=[>+=|-])", "\\\\").replaceFirst("^(\\d{1,9})(?=[.)])", "$1\\\\");
    }

    /** The address of a page as a link, anything else as text. */
    private static String link(String address) {
        return address.matches("https?://[^\\s<>|\\p{Cntrl}\\p{Cf}]+") ? "<" + address + ">" : inline(address);
    }

    /** A text from the schedule on one line, with nothing in it that Markdown or HTML would take for mark-up. */
    private static String inline(String text) {
        StringBuilder plain = new StringBuilder();
        text.strip().codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                plain.append(' ');
            } else if (c == '<') {
                plain.append("&lt;");
            } else if (c == '&') {
                plain.append("&amp;");
            } else if (!turnsText(c)) {
                if ("\\`*_[]#!~".indexOf(c) >= 0) {
                    plain.append('\\');
                }
                plain.appendCodePoint(c);
            }
        });
        return plain.toString();
    }

    /** Embeddings, overrides and isolates: what follows them may show in another order than it has. */
    private static boolean turnsText(int c) {
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    }
}
