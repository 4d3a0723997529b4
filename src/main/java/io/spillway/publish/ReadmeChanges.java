package io.spillway.publish;

import io.spillway.dataset.DumpId;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import java.util.List;
import java.util.Locale;

/** The README's section about changes since the dump before, with recipes that apply them without Spillway. */
final class ReadmeChanges {
    private ReadmeChanges() {}

    /** The section; empty if the dump has no changes. */
    static String of(Draft draft) {
        Changes changes = draft.changes();
        Changes.From from = changes == null ? null : changes.from();
        Changes.Counts counts = changes == null ? null : changes.counts();
        if (changes == null || from == null || counts == null) {
            return "";
        }
        Recipe recipe = Recipe.of(draft, changes, from);
        StringBuilder text = new StringBuilder("\n## Changes since the dump before\n\n");
        text.append("Since `%s`, %s documents were added, %s changed and %s deleted; %s are the same.%n"
                .formatted(
                        from.dump(),
                        count(counts.added()),
                        count(counts.changed()),
                        count(counts.deleted()),
                        count(counts.unchanged())));
        text.append("A document is identified by ")
                .append(Readme.inline(changes.key()))
                .append(".\n");
        if (changes.files().isEmpty()) {
            return text.append("Both dumps have the same documents.\n").toString();
        }
        text.append("""
                These files lead from that dump to this one; the whole dump can be read without them:

                """);
        for (Changes.File file : changes.files()) {
            text.append("* `%s`: %s%n".formatted(file.name(), content(file)));
        }
        text.append("""

                `../changes.json` lists the steps between all dumps, and `spillway apply` applies them.
                """);
        if (changes.key().contains(".")) {
            // A document may write the path with objects or with dots in names, which tools do not know.
            return text.toString();
        }
        text.append("""
                Beside this folder and that of the dump before, `new.jsonl` becomes the lines of this dump, in another order.
                """);
        // DuckDB reads no other compressions.
        if (List.of("gzip -dc", "zstd -dc", "cat").contains(recipe.cat())) {
            text.append("With DuckDB:\n\n```sql\n").append(recipe.duckDb()).append("```\n");
        }
        text.append("\nWith `jq`, `sort` and `join`, in bash:\n\n```sh\n");
        text.append(recipe.shell());
        return text.append("```\n").toString();
    }

    private static String content(Changes.File file) {
        String number = count(file.documents());
        return switch (file.kind()) {
            case CHANGED -> number + " documents that are new or differ, as this dump has them.";
            case DELETED -> number + " keys of documents that are gone.";
            case BULK -> number + " actions for `_bulk`; send such files in the order of their names.";
        };
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /**
     * What the commands need.
     *
     * @param before   glob of the parts of the dump before
     * @param changed  glob of the files of kind changed, or empty if there are none
     * @param deleted  glob of the files of kind deleted, or empty if there are none
     * @param jsonPath of the key in a line, for DuckDB
     * @param filter   of the key in a line, for jq
     * @param cat      the command that decompresses
     */
    private record Recipe(String before, String changed, String deleted, String jsonPath, String filter, String cat) {
        static Recipe of(Draft draft, Changes changes, Changes.From from) {
            DumpId dump = draft.dump();
            String date = from.dump().substring(from.dump().indexOf('/') + 1);
            Manifest.Format lines = draft.formats().stream()
                    .filter(format -> format.name().equals("jsonl"))
                    .findFirst()
                    .orElseThrow();
            String part = draft.parts().stream()
                    .filter(each ->
                            each.format().equals("jsonl") && each.compression().equals(lines.compression()))
                    .findFirst()
                    .orElseThrow()
                    .name();
            String ending = part.substring(part.indexOf(".jsonl"));
            boolean wrapped = lines.options().containsKey("id");
            String names = changes.key().equals("_id") || !wrapped ? changes.key() : "_source." + changes.key();
            String path = String.join(
                    ".",
                    List.of(names.split("\\.")).stream()
                            .map(name -> "\"" + name.replace("\"", "\\\"") + "\"")
                            .toList());
            return new Recipe(
                    "%s/%s-%s.[0-9]*%s".formatted(date, dump.dataset(), date, ending),
                    glob(draft, changes, Changes.Kind.CHANGED, "changes", ending),
                    glob(draft, changes, Changes.Kind.DELETED, "deleted", ending),
                    "$." + path,
                    "." + path,
                    Readme.cat(lines.compression()));
        }

        private static String glob(Draft draft, Changes changes, Changes.Kind kind, String word, String ending) {
            return changes.files().stream().noneMatch(file -> file.kind() == kind)
                    ? ""
                    : "%s/%s.%s.*%s"
                            .formatted(draft.dump().stamp(), draft.dump().fileStem(), word, ending);
        }

        String duckDb() {
            StringBuilder sql = new StringBuilder("""
                    CREATE MACRO lines(files) AS TABLE FROM read_csv(files,
                      columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, delim = chr(1),
                      quote = '', escape = '', max_line_size = 100000000);
                    CREATE TABLE gone (key VARCHAR);
                    """);
            if (!changed.isEmpty()) {
                sql.append("INSERT INTO gone SELECT json_extract(line, '%s') FROM lines('%s');\n"
                        .formatted(jsonPath, changed));
            }
            if (!deleted.isEmpty()) {
                sql.append(
                        "INSERT INTO gone SELECT json_extract(line, '$.key') FROM lines('%s');\n".formatted(deleted));
            }
            sql.append("COPY (SELECT line FROM lines('%s')\n  WHERE json_extract(line, '%s') NOT IN (FROM gone)\n"
                    .formatted(before, jsonPath));
            if (!changed.isEmpty()) {
                sql.append("  UNION ALL FROM lines('%s')\n".formatted(changed));
            }
            return sql.append(") TO 'new.jsonl' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\\x01');\n")
                    .toString();
        }

        String shell() {
            String fetched = changed.isEmpty() ? ": > changed.jsonl" : cat + " " + changed + " > changed.jsonl";
            String keys = deleted.isEmpty() ? "" : " " + cat + " " + deleted + " | jq -c .key;";
            return """
                    export LC_ALL=C
                    %1$s %2$s > old.jsonl
                    %3$s
                    { jq -c '%4$s' changed.jsonl;%5$s } | sort -u > gone.keys
                    paste <(jq -c '%4$s' old.jsonl) old.jsonl | sort -t $'\\t' -k 1,1 |
                      join -t $'\\t' -v 2 gone.keys - | cut -f 2- | cat - changed.jsonl > new.jsonl
                    """.formatted(cat, before, fetched, filter, keys);
        }
    }
}
