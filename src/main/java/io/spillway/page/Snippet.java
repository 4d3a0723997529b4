package io.spillway.page;

import io.spillway.catalog.Listing;
import java.util.ArrayList;
import java.util.List;

/**
 * How a dump is fetched or read with one tool, to be pasted into a shell. Names and addresses of ours have only characters
 * that a shell takes as they are.
 *
 * @param tool its name
 * @param code its lines
 */
public record Snippet(String tool, String code) {
    /** Where no public address is known, somebody has to fill it in. */
    private static final String UNKNOWN = "https://ADDRESS-OF-THIS-SITE/";

    private static final String CHECK = "sha256sum --ignore-missing -c SHA256SUMS\n";

    /**
     * The snippets for a dump.
     *
     * @param place what the destination calls itself, which says where a bucket is
     */
    static List<Snippet> of(Listing latest, String place) {
        String folder = latest.address().contains("://") ? latest.address() : UNKNOWN + latest.dump() + "/";
        // Names are relative in dumps that were made before there was a public address, and absolute after.
        String addresses = "sed \"/:/!s|^|%s|\" urls.txt".formatted(folder);
        List<Snippet> all = new ArrayList<>();
        all.add(new Snippet("wget", """
                wget -N %1$surls.txt %1$sSHA256SUMS
                wget -c --base=%1$s -i urls.txt
                """.formatted(folder) + CHECK));
        all.add(new Snippet("curl", """
                curl -fO %1$surls.txt -fO %1$sSHA256SUMS
                %2$s | xargs -n 1 -P 4 curl -fO -C -
                """.formatted(folder, addresses) + CHECK));
        all.add(new Snippet(
                "aria2c",
                latest.metalink() != null
                        ? "aria2c -j 4 --check-integrity=true %s%s.meta4\n".formatted(folder, latest.dataset())
                        : "curl -fO %1$surls.txt -fO %1$sSHA256SUMS\n%2$s | aria2c -j 4 -c -i -\n"
                                        .formatted(folder, addresses)
                                + CHECK));
        if (place.startsWith("s3://")) {
            // A second slash would be part of the key.
            String root = place.endsWith("/") ? place : place + "/";
            all.add(new Snippet(
                    "aws", "aws s3 cp --recursive --no-sign-request %s%s/ .\n".formatted(root, latest.dump()) + CHECK));
        }
        reading(latest, folder, all);
        return all;
    }

    private static void reading(Listing latest, String folder, List<Snippet> all) {
        for (String format : List.of("jsonl", "csv")) {
            var first = latest.files().stream()
                    .filter(file -> file.format().equals(format))
                    .findFirst();
            if (first.isEmpty()) {
                continue;
            }
            String name = first.get().name();
            String pattern = name.replaceFirst("\\.[0-9]+\\.", ".*.");
            String duck = format.equals("csv") ? "read_csv" : "read_json_auto";
            String pandas = format.equals("csv") ? "read_csv(\"%s\")" : "read_json(\"%s\", lines=True)";
            all.add(new Snippet("DuckDB", "duckdb -c \"SELECT * FROM %s('%s') LIMIT 10\"\n".formatted(duck, pattern)));
            all.add(new Snippet(
                    "pandas",
                    "import pandas\nd = pandas.%s\nprint(d.head())\n".formatted(pandas.formatted(folder + name))));
            return;
        }
    }
}
