package io.spillway.cli;

import io.spillway.catalog.Catalog;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.SiteStatus;
import io.spillway.config.ConfigFile;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Withdrawal;
import io.spillway.schedule.ScheduleFile;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway show}: all dumps of a dataset, or one dump. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows the dumps of a dataset, or the files of one dump.")
final class ShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DATASET|DUMP",
            description =
                    "Folder of a dataset or of a dump, or a schedule, whose dataset is shown at each destination.")
    private Path what = Path.of(".");

    @Mixin
    private OutputOptions output = new OutputOptions();

    private record DumpLine(String type, String destination, Manifest manifest) {}

    private record WithdrawnLine(String type, String destination, Withdrawal withdrawal) {}

    private record AttemptLine(String type, String destination, DatasetStatus status) {}

    @Override
    public Integer call() throws SpillwayException {
        if (Files.isRegularFile(what)) {
            ScheduleFile schedule = ConfigFile.read(what, ScheduleFile.class);
            try (Places places = Places.open(schedule)) {
                for (Destination place : places.all()) {
                    if (place.traits().keepsSiteFiles()) {
                        showDataset(place, schedule.dataset());
                    }
                }
            }
        } else {
            showFolder(what.toAbsolutePath().normalize());
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void showFolder(Path folder) throws SpillwayException {
        Path parent = folder.getParent();
        if (!Files.isDirectory(folder) || parent == null || parent.getParent() == null) {
            throw noneThere(folder.toString());
        }
        String name = String.valueOf(folder.getFileName());
        String dataset = String.valueOf(parent.getFileName());
        Optional<DumpId> dump = Dataset.isName(dataset) ? DumpId.of(dataset, name) : Optional.empty();
        Path root = dump.isPresent() ? parent.getParent() : parent;
        if (root == null) {
            throw noneThere(folder.toString());
        }
        try (LocalDirectory directory = LocalDirectory.openToRead(root)) {
            if (dump.isEmpty()) {
                showDataset(directory, name);
            } else {
                showDump(directory, dump.get());
            }
        }
    }

    private void showDataset(Destination place, String dataset) throws SpillwayException {
        Catalog catalog = Catalog.read(place);
        List<Manifest> dumps =
                catalog.dataset(dataset).map(Catalog.Shelf::dumps).orElse(List.of());
        List<Withdrawal> withdrawn = catalog.withdrawn(dataset);
        if (dumps.isEmpty() && withdrawn.isEmpty()) {
            throw noneThere(place.name() + "/" + dataset);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (!output.json) {
            out.printf(
                    "%s: %s%n",
                    dataset, dumps.isEmpty() ? "no dump" : dumps.get(0).title());
            out.printf("at %s%n", place.name());
            if (!dumps.isEmpty()) {
                String license = dumps.get(0).license();
                out.printf("licence: %s%n", license == null ? "not stated" : license);
            }
        }
        SiteStatus.read(place, dataset).ifPresent(status -> showAttempt(out, place, status));
        for (Manifest dump : dumps) {
            if (output.json) {
                out.println(JsonText.line(new DumpLine("dump", place.name(), dump)));
            } else {
                out.printf(
                        "  %s  %s documents, %s in %d files%n",
                        dump.id().stamp(),
                        Amounts.count(dump.documents()),
                        Amounts.bytes(dump.bytes()),
                        dump.parts().size());
            }
        }
        withdrawn.forEach(notice -> show(place, notice));
    }

    private void show(Destination place, Withdrawal notice) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                output.json
                        ? JsonText.line(new WithdrawnLine("withdrawn", place.name(), notice))
                        : "  " + ListCommand.withdrawn(notice));
    }

    private void showAttempt(PrintWriter out, Destination place, DatasetStatus status) {
        if (output.json) {
            out.println(JsonText.line(new AttemptLine("attempt", place.name(), status)));
            return;
        }
        DatasetStatus.LastAttempt attempt = status.lastAttempt();
        out.printf(
                "last attempt: %s %s%s%n",
                attempt.at().truncatedTo(ChronoUnit.SECONDS),
                ListCommand.outcome(attempt),
                attempt.reason() == null ? "" : ": " + attempt.reason());
    }

    private void showDump(Destination place, DumpId id) throws SpillwayException {
        Catalog catalog = Catalog.read(place);
        Optional<Manifest> found = catalog.dataset(id.dataset())
                .flatMap(shelf -> shelf.dumps().stream()
                        .filter(manifest -> manifest.id().equals(id))
                        .findFirst());
        if (found.isEmpty()) {
            show(
                    place,
                    catalog.withdrawn().stream()
                            .filter(notice -> notice.dump().equals(id.toString()))
                            .findFirst()
                            .orElseThrow(() -> noneThere(place.name() + "/" + id)));
            return;
        }
        Manifest dump = found.get();
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            out.println(JsonText.line(new DumpLine("dump", place.name(), dump)));
            return;
        }
        out.printf("%s: %s%n", dump.dump(), dump.title());
        out.printf("snapshot taken %s of %s%n", dump.takenAt(), dump.source().name());
        out.printf("%s documents, %s%n", Amounts.count(dump.documents()), Amounts.bytes(dump.bytes()));
        dump.parts()
                .forEach(part -> out.printf(
                        "  %s  %s documents, %s%n",
                        part.name(), Amounts.count(part.documents()), Amounts.bytes(part.bytes())));
    }

    private static SpillwayException noneThere(String where) {
        return new SpillwayException(
                Fault.CONFIG,
                "there is no dump at " + where,
                "name the folder of a dataset or of a dump below a directory that dumps are published to");
    }
}
