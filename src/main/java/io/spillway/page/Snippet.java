package io.spillway.page;

import io.spillway.catalog.Listing;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Shell commands that fetch or read a dump with one tool, to be pasted. Our names and URLs contain only characters that
 * a shell does not interpret.
 *
 * @param tool its name
 * @param code its lines
 */
public record Snippet(String tool, String code) {
    /** Placeholder for an unknown public URL, to be replaced by the reader. */
    private static final String UNKNOWN = "https://ADDRESS-OF-THIS-SITE/";

    /**
     * Checks the lines of standard input. macOS has {@code shasum} alone or a {@code sha256sum} that needs the operand.
     * Only for {@code sh -c}: an alias in the reader's shell would be printed instead of the program.
     */
    private static final String CHECK = "$(command -v sha256sum || echo shasum -a 256) -c -";

    /** Runs the following command for files that are missing or incomplete; complete ones are skipped. */
    private static final String UNLESS_WHOLE =
            "xargs -n 1 -P 4 sh -c 'grep -F \"${0##*/}\" SHA256SUMS | " + CHECK + " >/dev/null 2>&1 || ";

    /**
     * The snippets for a dump. Each can be repeated, and runs in BusyBox and on macOS if the tool itself is
     * available.
     *
     * @param place name of the destination, which contains the location of a bucket
     */
    static List<Snippet> of(Listing latest, String place) {
        String folder = latest.address().contains("://")
                ? URI.create(latest.address()).resolve(".").toString()
                : UNKNOWN + latest.dump() + "/";
        // What the list says before a file's name may be an address of another place, or of where the site was before.
        String addresses = "sed 's|.*/||;s|^|%s|' urls.txt".formatted(folder);
        // Not --ignore-missing, which BusyBox lacks, and which ignores missing files.
        String check =
                "grep -F %s SHA256SUMS | sh -c '%s'\n".formatted(latest.dump().replace('/', '-'), CHECK);
        List<Snippet> all = new ArrayList<>();
        all.add(new Snippet("wget", """
                wget -O urls.txt %1$surls.txt
                wget -O SHA256SUMS %1$sSHA256SUMS
                %2$s | %3$swget -c "$0"'
                """.formatted(folder, addresses, UNLESS_WHOLE) + check));
        all.add(new Snippet("curl", """
                curl -fO %1$surls.txt -fO %1$sSHA256SUMS
                %2$s | %3$scurl -fO -C - "$0"'
                """.formatted(folder, addresses, UNLESS_WHOLE) + check));
        all.add(new Snippet(
                "aria2c",
                latest.metalink() != null
                        ? "aria2c -j 4 -c --auto-file-renaming=false --check-integrity=true %s%s.meta4\n"
                                .formatted(folder, latest.dataset())
                        : "curl -fO %1$surls.txt -fO %1$sSHA256SUMS\n%2$s | aria2c -j 4 -c -i -\n"
                                        .formatted(folder, addresses)
                                + check));
        if (place.startsWith("s3://")) {
            // A second slash would be part of the key.
            String root = place.endsWith("/") ? place : place + "/";
            all.add(new Snippet(
                    "aws", "aws s3 cp --recursive --no-sign-request %s%s/ .\n".formatted(root, latest.dump()) + check));
        }
        reading(latest, folder, all);
        return all;
    }

    private static void reading(Listing latest, String folder, List<Snippet> all) {
        for (String format : List.of("parquet", "jsonl", "csv")) {
            var first = latest.files().stream()
                    .filter(file -> file.format().equals(format))
                    .findFirst();
            if (first.isEmpty()) {
                continue;
            }
            String name = first.get().name();
            String pattern = name.replaceFirst("\\.[0-9]+(-[0-9]+)?\\.", ".*.");
            String duck = switch (format) {
                case "parquet" -> "read_parquet";
                case "csv" -> "read_csv";
                default -> "read_json_auto";
            };
            String pandas = switch (format) {
                case "parquet" -> "read_parquet(\"%s\")";
                case "csv" -> "read_csv(\"%s\")";
                default -> "read_json(\"%s\", lines=True)";
            };
            all.add(new Snippet("DuckDB", "duckdb -c \"SELECT * FROM %s('%s') LIMIT 10\"\n".formatted(duck, pattern)));
            all.add(new Snippet(
                    "pandas",
                    "import pandas\nd = pandas.%s\nprint(d.head())\n".formatted(pandas.formatted(folder + name))));
            if (format.equals("parquet")) {
                all.add(new Snippet(
                        "Polars",
                        "import polars\nd = polars.read_parquet(\"%s\")\nprint(d.head())\n".formatted(pattern)));
            }
            return;
        }
    }
}
