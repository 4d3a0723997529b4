package io.spillway.cli;

import io.spillway.destination.Destination;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.progress.Amounts;
import io.spillway.run.DumpFinder;
import io.spillway.verify.CheckProgress;
import io.spillway.verify.CheckState;
import io.spillway.verify.DumpCheck;
import io.spillway.verify.DumpPlace;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway verify}: reads a dump back from any destination, and compares all of it with its manifest. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Reads a dump back and compares every file with its manifest: size, SHA-256, documents.")
final class VerifyCommand implements Callable<Integer> {
    /** More readers would load the server without being faster. */
    private static final int MOST_READERS = 64;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DUMP",
            description = {
                "Folder of a dump, or of a dataset, for its newest dump;",
                "s3://BUCKET/PREFIX/DATASET[/DATE]; https://HOST/…/DATASET/DATE/ or its manifest.json;",
                "the URL of a links.json or latest.json, for the dumps it names; ia://ITEM."
            })
    private String dump = "";

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "Number of files to read concurrently, 1 to 64. Default: the number of processors, at most 4.")
    private int parallel = readersByDefault();

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "File that records intact files, so that an interrupted run can resume. Removed when everything"
                            + " is intact.")
    private @Nullable Path stateFile;

    @Mixin
    private BucketArguments buckets = new BucketArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        requireReaders(spec, parallel);
        CheckState state = stateFile == null ? CheckState.forgetful() : CheckState.open(stateFile);
        DumpFinder finder = new DumpFinder(buckets.access(), parallel);
        List<DumpPlace> places = finder.find(dump);
        try {
            verifyAll(places, finder, state);
        } finally {
            places.forEach(place -> place.destination().close());
        }
        state.done();
        return 0;
    }

    /** The number of files that commands read concurrently unless they are told otherwise. */
    static int readersByDefault() {
        return Math.min(4, Runtime.getRuntime().availableProcessors());
    }

    /** @throws ParameterException if the value of {@code --parallel} is out of range */
    static void requireReaders(CommandSpec spec, int parallel) {
        if (parallel < 1 || parallel > MOST_READERS) {
            throw new ParameterException(spec.commandLine(), "--parallel must be 1 to 64, not " + parallel);
        }
    }

    /** Verifies all of them even if one is damaged; then throws one failure for all damaged ones. */
    private void verifyAll(List<DumpPlace> places, DumpFinder finder, CheckState state)
            throws SpillwayException, InterruptedException {
        List<SpillwayException> failures = new ArrayList<>();
        for (DumpPlace place : places) {
            try {
                Manifest manifest = verify(
                        place,
                        parallel,
                        state,
                        output,
                        spec.commandLine().getOut(),
                        spec.commandLine().getErr());
                report(manifest, place);
                finder.checkChanges(dump, manifest);
            } catch (SpillwayException e) {
                if (e.fault() == Fault.CANCELLED) {
                    throw e;
                }
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw together(failures);
        }
    }

    /** Damaged dumps take precedence over unreadable ones. */
    private static SpillwayException together(List<SpillwayException> failures) {
        SpillwayException worst = failures.stream()
                .filter(each -> each.fault() == Fault.INTEGRITY)
                .findFirst()
                .orElse(failures.get(0));
        if (failures.size() == 1) {
            return worst;
        }
        String all = failures.stream().map(e -> String.valueOf(e.getMessage())).collect(Collectors.joining("; "));
        return new SpillwayException(worst.fault(), all, worst.hint(), worst);
    }

    private void report(Manifest manifest, DumpPlace place) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "verify");
            line.put("dump", manifest.dump());
            line.put("where", place.name());
            line.put("documents", manifest.documents());
            line.put("bytes", manifest.bytes());
            line.put("files", manifest.parts().size() + manifest.files().size());
            out.println(JsonText.line(line));
        } else {
            out.printf(
                    "verified %s: %s documents, %s in %d files%n",
                    manifest.dump(),
                    Amounts.count(manifest.documents()),
                    Amounts.bytes(manifest.bytes()),
                    manifest.parts().size());
        }
        out.flush();
    }

    /** Verifies a dump in a folder, without progress output. */
    static Manifest verify(Path folder, OutputOptions output, PrintWriter err)
            throws SpillwayException, InterruptedException {
        DumpPlace place = DumpFinder.folder(folder.toAbsolutePath().normalize());
        try (Destination destination = place.destination()) {
            DumpPlace open = new DumpPlace(destination, place.folder(), place.called());
            return new DumpCheck(open, 1, new CheckProgress(), CheckState.forgetful())
                    .check(intactReporter(output, err));
        }
    }

    private static Manifest verify(
            DumpPlace place, int readers, CheckState state, OutputOptions output, PrintWriter out, PrintWriter err)
            throws SpillwayException, InterruptedException {
        CheckProgress progress = new CheckProgress();
        ProgressReporter reporter = ProgressReporter.start(new CheckView(progress), out, err, output.json);
        try {
            return new DumpCheck(place, readers, progress, state).check(intactReporter(output, err));
        } finally {
            reporter.close();
        }
    }

    private static Consumer<String> intactReporter(OutputOptions output, PrintWriter err) {
        return name -> {
            if (output.verbose) {
                err.println("intact " + name);
            }
        };
    }
}
