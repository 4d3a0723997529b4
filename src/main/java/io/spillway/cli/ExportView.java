package io.spillway.cli;

import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.manifest.Changes;
import io.spillway.pipeline.RunStats;
import io.spillway.progress.Amounts;
import io.spillway.progress.Progress;
import io.spillway.run.ExportListener;
import io.spillway.run.ExportReport;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Prints the progress and the results of exports: results to stdout, everything else to stderr. */
final class ExportView implements ExportListener {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    /** @param json whether results and progress are printed as JSON, one object per line */
    ExportView(PrintWriter out, PrintWriter err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    @Override
    public Watch reading(String dataset, Progress progress) {
        ProgressReporter reporter = ProgressReporter.start(dataset, progress, out, err, json);
        return reporter::close;
    }

    @Override
    public void nothingNew(ExportReport report) {
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "nothing_new");
            line.put("dump", report.manifest().dump());
            out.println(JsonText.line(line));
        } else {
            out.printf(
                    "nothing new: the newest snapshot was published as %s%n",
                    report.manifest().dump());
        }
        show(report.deliveries());
    }

    @Override
    public void exported(ExportReport report) {
        RunStats stats = Objects.requireNonNull(report.stats(), "a dump without statistics");
        err.print(stats.table());
        err.flush();
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "export");
            line.put("dump", report.manifest().dump());
            line.put("address", report.address());
            line.put("documents", report.manifest().documents());
            line.put("bytes", report.manifest().bytes());
            line.put("parts", report.manifest().parts().size());
            line.put("public_at", report.delivery().publicAt());
            line.put("run", stats);
            if (report.manifest().changes() != null) {
                line.put("changes", report.manifest().changes().counts());
                line.put("changes_warning", report.warning());
            }
            out.println(JsonText.line(line));
        } else {
            out.printf(
                    "%s %s: %s documents, %s in %d files%s%n",
                    report.address() == null ? "exported" : "published",
                    report.manifest().dump(),
                    Amounts.count(report.manifest().documents()),
                    Amounts.bytes(report.manifest().bytes()),
                    report.manifest().parts().size(),
                    report.address() == null ? "" : ", in " + report.address());
            showChanges(report);
        }
        show(report.deliveries());
    }

    private void showChanges(ExportReport report) {
        Changes changes = report.manifest().changes();
        if (changes != null && changes.from() != null && changes.counts() != null) {
            out.printf(
                    "changes since %s: %s added, %s changed, %s deleted%n",
                    changes.from().dump(),
                    Amounts.count(changes.counts().added()),
                    Amounts.count(changes.counts().changed()),
                    Amounts.count(changes.counts().deleted()));
        } else if (changes != null) {
            out.printf("a new chain of changes begins: %s%n", changes.newChain());
        }
        if (report.warning() != null) {
            err.println("warning: " + report.warning());
            err.flush();
        }
    }

    /** Prints the outcome of each delivery; failures in JSON alone, as the error of the command describes them. */
    void show(List<Delivery> deliveries) {
        for (Delivery delivery : deliveries) {
            if (json) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("type", "delivery");
                line.put("dump", delivery.dump());
                line.put("destination", delivery.destination());
                line.put("arrived", delivery.arrived());
                line.put(
                        "reason",
                        delivery.failure() == null ? null : delivery.failure().getMessage());
                out.println(JsonText.line(line));
            } else if (delivery.arrived()) {
                out.printf("delivered %s to %s%n", delivery.dump(), delivery.destination());
            }
        }
        out.flush();
    }
}
