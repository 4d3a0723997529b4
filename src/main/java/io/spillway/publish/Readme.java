package io.spillway.publish;

import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.License;
import io.spillway.manifest.Part;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The README.md of a dump: what it contains and how to verify and read it, for someone who has just downloaded it. */
final class Readme {
    static final String FILE_NAME = "README.md";

    private Readme() {}

    static byte[] of(Draft draft, DumpAddresses addresses) {
        Dataset dataset = draft.dataset();
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
        row(text, "Licence", license(dataset));
        if (dataset.publisher() != null) {
            row(text, "Published by", inline(dataset.publisher()));
        }
        if (dataset.homepage() != null) {
            row(text, "About", link(dataset.homepage()));
        }
        // Names of parts go on with a number, and those of changes with a word.
        fetching(
                text,
                addresses,
                draft.changeFiles().isEmpty()
                        ? "-F " + draft.dump().fileStem()
                        : "'%s[.][0-9]'".formatted(draft.dump().fileStem()));
        text.append(reading(draft.parts())).append("```\n\nWithout `wget`, `curl -f -O` fetches a file.\n");
        otherWays(text, draft, addresses);
        text.append("\n## What is in it\n\n");
        text.append(ReadmeContent.documents(draft));
        draft.formats().stream()
                .map(format -> ReadmeContent.format(draft, format))
                .distinct()
                .forEach(text::append);
        text.append("""

                Each file can be read alone.
                Together the files of one format that are compressed alike hold every document of the dump once,
                in no particular order.
                """);
        text.append(ReadmeChanges.of(draft));
        text.append("""

                ## Beside the documents

                * `index.html`: this dump as a page, with a link to each file.
                * `manifest.json`: the other files with their lengths and checksums, how many documents each part has,
                  the fields, and how they differ from the dump before, if there was one.
                  Without it a folder is not a dump.
                * `schema.json`: fields with their types, and how many documents have each.
                """);
        if (!draft.sample().isEmpty()) {
            text.append("* `").append(Companions.SAMPLE).append("`: some documents, to look at before fetching.\n");
        }
        text.append("""
                * `datapackage.json`: the same files for tools that read Data Package 2.0.
                * `croissant.json`: the files and the fields for tools that read Croissant 1.1.
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

    private static String license(Dataset dataset) {
        if (dataset.license() == null) {
            return "not stated by the publisher";
        }
        CustomLicense custom = dataset.customLicense();
        return inline(License.label(dataset.license(), custom)) + (custom == null ? "" : ", " + link(custom.url()));
    }

    private static void fetching(StringBuilder text, DumpAddresses addresses, String pattern) {
        text.append("\n## Fetch and check\n\n");
        Optional<URI> folder = addresses.only();
        if (folder.isEmpty()) {
            text.append("With the address of this folder in `URL`:\n\n");
        }
        // The same file is published at every destination, so it lists them without preference.
        if (addresses.folders().size() > 1) {
            // No links: a folder opens only where the web server shows a directory index, which buckets never do.
            addresses
                    .folders()
                    .forEach(each -> text.append("* `").append(base(each)).append("`\n"));
            text.append('\n');
        }
        text.append("```sh\n");
        folder.map(Readme::base)
                .ifPresent(address ->
                        text.append("URL='").append(address.replace("'", "%27")).append("'\n"));
        // These lines also run in BusyBox and on macOS, and run again: a file that is whole is not fetched a second
        // time.
        text.append("""
                check() { if [ "$(command -v sha256sum)" ]; then sha256sum -c -; else shasum -a 256 -c -; fi; }
                wget -O urls.txt "$URL/urls.txt" && wget -O SHA256SUMS "$URL/SHA256SUMS"
                sed "s|.*/||;s|^|$URL/|" urls.txt | while read -r file; do
                  grep -F "${file##*/}" SHA256SUMS | check || wget -c "$file"
                done
                grep %s SHA256SUMS | check
                """.formatted(pattern));
    }

    /** The address of a folder, to which the commands append a slash and a name. */
    private static String base(URI folder) {
        String address = folder.toString();
        return address.substring(0, address.length() - 1);
    }

    /** What else fetches the whole dump, and checks it on the way. */
    private static void otherWays(StringBuilder text, Draft draft, DumpAddresses addresses) {
        if (addresses.folders().isEmpty()) {
            return;
        }
        text.append("\nOr from all places that have it at once, checked on the way:\n\n```sh\n");
        text.append("aria2c -c --auto-file-renaming=false \"$URL/")
                .append(Companions.metalinkName(draft))
                .append("\"\n```\n");
        if (!addresses.webSeeds(draft.dump().stamp()).isEmpty()) {
            text.append("\n`")
                    .append(Companions.torrentName(draft))
                    .append(
                            "` fetches the same files but `manifest.json` as a torrent, with these places as its web seeds.\n")
                    .append("`manifest.json`, which `spillway verify` needs, is then fetched alone.\n");
        }
        for (URI torrent : addresses.torrents()) {
            text.append(
                            "\nA torrent that one of these places makes by itself, and that may lack files of a large dump: <")
                    .append(torrent)
                    .append(">\n");
        }
    }

    /** One command per kind of file, which shows the first document. */
    private static String reading(List<Part> parts) {
        Set<String> kinds = new HashSet<>();
        StringBuilder commands = new StringBuilder();
        for (Part part : parts) {
            boolean lines = !part.format().equals("parquet");
            if (lines && kinds.add(part.format() + " " + part.compression())) {
                String first = switch (part.format()) {
                    case "csv" -> "head";
                    case "tar" -> "tar -xO | jq -c '.[]' | head -n 1";
                    case "bulk" -> "head -n 2 | jq .";
                    default -> "head -n 1 | jq .";
                };
                commands.append(cat(part.compression()) + " " + part.name() + " | " + first + "\n");
            }
        }
        return commands.toString();
    }

    /** The command that prints a compressed file. */
    static String cat(String compression) {
        return switch (compression) {
            case "gzip" -> "gzip -dc"; // zcat on macOS expects another extension
            case "zstd" -> "zstd -dc";
            case "xz" -> "xz -dc";
            case "bzip2" -> "bzip2 -dc";
            default -> "cat";
        };
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

    /** Escapes text at the start of a line, where more characters are markup. */
    private static String paragraph(String text) {
        return inline(text).replaceFirst("^(?=[>+=|-])", "\\\\").replaceFirst("^(\\d{1,9})(?=[.)])", "$1\\\\");
    }

    /** The URL of a page as a link, anything else as text. */
    private static String link(String address) {
        return address.matches("https?://[^\\s<>|\\p{Cntrl}\\p{Cf}]+") ? "<" + address + ">" : inline(address);
    }

    /** Text from the schedule on one line, escaped so that Markdown and HTML do not read it as markup. */
    static String inline(String text) {
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

    /** Embeddings, overrides and isolates, which can change the order in which the text after them is shown. */
    private static boolean turnsText(int c) {
        return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    }
}
