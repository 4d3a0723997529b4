package io.spillway.cli;

import io.spillway.apply.Update;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Amounts;
import io.spillway.run.CopyUpdates;
import io.spillway.verify.CheckProgress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code spillway apply}: brings a reader's copy of a dump up to date with the published changes. */
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = {
            "Writes the newest dump's JSON Lines from an older copy and the published changes.",
            "Verifies both ends; the older copy remains as it is."
        })
final class ApplyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--from",
            required = true,
            paramLabel = "OLD",
            description = {
                "The older copy: folder of a dump, or of a copy that this command wrote;",
                "also s3://BUCKET/PREFIX/DATASET/DATE, https://HOST/…/DATASET/DATE/, or ia://ITEM."
            })
    private String from = "";

    @Option(
            names = "--changes",
            required = true,
            paramLabel = "DIR|URL",
            description = "Folder of the dataset, which contains changes.json: a path, https://… or s3://…")
    private String changes = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "NEW",
            description = "Folder to write the new copy to. It must not exist; it appears when it is complete.")
    private Path to = Path.of(".");

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "Number of files to read concurrently, 1 to 64. Default: the number of processors, at most 4.")
    private int parallel = VerifyCommand.readersByDefault();

    @Mixin
    private BucketArguments buckets = new BucketArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        VerifyCommand.requireReaders(spec, parallel);
        CheckProgress progress = new CheckProgress();
        PrintWriter out = spec.commandLine().getOut();
        ProgressReporter reporter = ProgressReporter.start(
                new CheckView(progress), out, spec.commandLine().getErr(), output.json);
        Update.Result result;
        try {
            result = new CopyUpdates(buckets.access(), parallel, progress).update(from, changes, to);
        } finally {
            reporter.close();
        }
        report(result, out);
        return 0;
    }

    private void report(Update.Result result, PrintWriter out) {
        if (output.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "apply");
            line.put("dump", result.dump());
            line.put("steps", result.steps());
            line.put("documents", result.documents());
            line.put("written", result.replaced());
            line.put("removed", result.removed());
            out.println(JsonText.line(line));
        } else if (result.steps() == 0) {
            out.printf("%s is the newest dump; nothing was written%n", result.dump());
        } else {
            out.printf(
                    "%s: %s documents in %s, after %d steps: %s lines added, %s removed%n",
                    result.dump(),
                    Amounts.count(result.documents()),
                    to,
                    result.steps(),
                    Amounts.count(result.replaced()),
                    Amounts.count(result.removed()));
        }
        out.flush();
    }
}
