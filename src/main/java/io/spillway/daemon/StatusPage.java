package io.spillway.daemon;

import org.jspecify.annotations.Nullable;

/** {@code /status} for a browser: a table without scripts. */
final class StatusPage {
    private StatusPage() {}

    static String of(Overview now) {
        StringBuilder page = new StringBuilder("""
                <!doctype html><html lang="en"><meta charset="utf-8"><title>Spillway</title>
                <style>body{font:16px sans-serif;margin:2em}td,th{text-align:left;padding:.3em 1em .3em 0;vertical-align:top}
                .bad{color:#a00}</style><h1>Spillway</h1>
                """);
        page.append("<p>%s. Running: %d, waiting: %d.</p>".formatted(now.at(), now.running(), now.waiting()));
        now.problems()
                .forEach((file, problem) ->
                        page.append("<p class=bad>").append(escaped(problem)).append("</p>"));
        for (Disks.Disk disk : now.disks()) {
            page.append(disk.lacksRoom() ? "<p class=bad>" : "<p>")
                    .append(escaped("%s: %,d MiB free of %,d"
                            .formatted(disk.folder(), disk.freeBytes() >> 20, disk.totalBytes() >> 20)));
        }
        page.append("<table><tr><th>dataset<th>last dump<th>documents<th>last attempt<th>next</tr>\n");
        for (Overview.Line line : now.datasets()) {
            DatasetState.Success success = line.success();
            DatasetState.Attempt last = line.last();
            boolean bad = line.failures() > 0 || line.missing() > 0 || line.lateSince() != null;
            page.append("<tr").append(bad ? " class=bad>" : ">");
            cell(page, line.dataset());
            cell(page, success == null ? "none yet" : success.dump());
            cell(page, success == null ? "" : success.documents());
            cell(page, last == null ? "" : last.outcome() + " " + (last.message() == null ? "" : last.message()));
            cell(page, line.next());
            page.append("</tr>\n");
        }
        return page.append("</table></html>\n").toString();
    }

    private static void cell(StringBuilder page, @Nullable Object value) {
        page.append("<td>").append(value == null ? "" : escaped(value.toString()));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
