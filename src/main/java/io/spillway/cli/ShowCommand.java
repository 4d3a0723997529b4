package io.spillway.cli;

import io.spillway.catalog.Catalog;
import io.spillway.catalog.DatasetStatus;
import io.spillway.catalog.DumpSummary;
import io.spillway.catalog.SiteStatus;
import io.spillway.config.ConfigFile;
import io.spillway.config.Spelling;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.dataset.License;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.ManifestJson;
import io.spillway.manifest.Withdrawal;
import io.spillway.progress.Amounts;
import io.spillway.run.Destinations;
import io.spillway.run.DumpFinder;
import io.spillway.schedule.ScheduleFile;
import io.spillway.verify.DumpPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway show}: shows all dumps of a dataset, or one dump. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows the dumps of a dataset, or the files of one dump.")
final class ShowCommand implements Callable<Integer> {
    private static final String LATEST = "latest";
    private static final int READERS = 8;
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9]{2,}:/");
    private static final Pattern BUCKET = Pattern.compile("s3://([^/]+)(?:/(.*))?");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "DATASET|DUMP",
            description =
                    "A dataset or a dump: a folder, DATASET/latest, s3://BUCKET/PREFIX/DATASET[/DATE], the URL of a"
                            + " dump; or a schedule, to show its dataset at each destination. Default: the current"
                            + " folder.")
    private String what = ".";

    @Mixin
    private BucketArguments buckets = new BucketArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private record DumpLine(String type, String destination, Manifest manifest) {}

    private record WithdrawnLine(String type, String destination, Withdrawal withdrawal) {}

    private record AttemptLine(String type, String destination, DatasetStatus status) {}

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        if (ADDRESS.matcher(what).lookingAt()) {
            showAddress();
        } else if (Files.isRegularFile(Path.of(what)) && !what.endsWith(Manifest.FILE_NAME)) {
            ScheduleFile schedule = ConfigFile.read(Path.of(what), ScheduleFile.class);
            try (Destinations places = Destinations.open(schedule)) {
                for (Destination place : places.all()) {
                    if (place.traits().keepsSiteFiles()) {
                        showDataset(place, schedule.dataset());
                    } else {
                        skip(place);
                    }
                }
            }
        } else {
            showFolder(Path.of(what).toAbsolutePath().normalize());
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void skip(Destination place) {
        spec.commandLine()
                .getErr()
                .printf("note: %s is not shown, because an archive has no list of dumps%n", place.name());
    }

    private void showAddress() throws SpillwayException, InterruptedException {
        Matcher bucket = BUCKET.matcher(what);
        if (bucket.matches()) {
            List<String> path = Arrays.stream((bucket.group(2) == null ? "" : bucket.group(2)).split("/", -1))
                    .filter(segment -> !segment.isEmpty() && !segment.equals(Manifest.FILE_NAME))
                    .toList();
            boolean ofDump = path.size() > 1 && isDump(path.get(path.size() - 2), path.get(path.size() - 1));
            int above = path.size() - (ofDump ? 2 : 1);
            if (above < 0 || !Dataset.isName(path.get(above))) {
                throw noneThere(what);
            }
            String prefix = above == 0 ? "" : String.join("/", path.subList(0, above)) + "/";
            try (Destination place = buckets.access().open(bucket.group(1), prefix, READERS)) {
                show(place, path.get(above), ofDump ? path.get(path.size() - 1) : null);
            }
            return;
        }
        DumpFinder finder = new DumpFinder(buckets.access(), 1);
        for (DumpPlace place : finder.find(what)) {
            try (Destination destination = place.destination()) {
                ObjectKey key = new ObjectKey(place.folder() + Manifest.FILE_NAME);
                try (InputStream in = destination.open(key)) {
                    show(place.name(), ManifestJson.read(in, place.name() + "/" + Manifest.FILE_NAME));
                } catch (IOException e) {
                    throw new SpillwayException(
                            Fault.DESTINATION_UNAVAILABLE,
                            "%s/%s cannot be read: %s".formatted(place.name(), Manifest.FILE_NAME, e.getMessage()),
                            "try again",
                            e);
                }
            }
        }
    }

    /** Whether the name is the date of a dump of the dataset, or {@code latest}. */
    private static boolean isDump(String dataset, String name) {
        return Dataset.isName(dataset)
                && (name.equals(LATEST) || DumpId.of(dataset, name).isPresent());
    }

    private void showFolder(Path named) throws SpillwayException, InterruptedException {
        Path folder = named.endsWith(Manifest.FILE_NAME) && named.getParent() != null ? named.getParent() : named;
        Path parent = folder.getParent();
        boolean latest = folder.endsWith(LATEST); // matched by name, even if there is no such link
        if (parent == null || parent.getParent() == null) {
            throw noneThere(folder.toString());
        }
        if (!latest && !Files.isDirectory(folder)) {
            throw noneThere(folder.toString(), meant(folder, parent));
        }
        String name = String.valueOf(folder.getFileName());
        String dataset = String.valueOf(parent.getFileName());
        boolean ofDump = isDump(dataset, name);
        Path root = ofDump ? parent.getParent() : parent;
        if (root == null) {
            throw noneThere(folder.toString());
        }
        try (Destination directory = Destinations.openToRead(root)) {
            show(directory, ofDump ? dataset : name, ofDump ? name : null);
        }
    }

    /** The dataset beside a folder that does not exist, whose name is nearest. */
    private static Optional<String> meant(Path missing, Path parent) throws SpillwayException {
        if (!Files.isDirectory(parent)) {
            return Optional.empty();
        }
        try (Destination root = Destinations.openToRead(parent)) {
            return meant(root, String.valueOf(missing.getFileName()));
        }
    }

    private static Optional<String> meant(Destination root, String dataset) throws SpillwayException {
        List<String> names =
                Catalog.stamps(root).stream().map(DumpId::dataset).distinct().toList();
        return Spelling.nearest(dataset, names);
    }

    /** Shows a dump by its date or {@link #LATEST}, or the whole dataset if {@code dump} is null. */
    private void show(Destination place, String dataset, @Nullable String dump)
            throws SpillwayException, InterruptedException {
        if (dump == null) {
            showDataset(place, dataset);
        } else if (dump.equals(LATEST)) {
            Manifest latest = of(place, dataset)
                    .dataset(dataset)
                    .map(Catalog.Published::latest)
                    .orElseThrow(() -> noneThere(place.name() + "/" + dataset));
            show(place.name(), latest);
        } else {
            showDump(place, DumpId.of(dataset, dump).orElseThrow(() -> noneThere(place.name() + "/" + dataset)));
        }
    }

    /** The catalog of one dataset; reads nothing else. */
    private static Catalog of(Destination place, String dataset) throws SpillwayException, InterruptedException {
        return Catalog.read(place, place.list(dataset + "/"));
    }

    private void showDataset(Destination place, String dataset) throws SpillwayException, InterruptedException {
        Catalog catalog = of(place, dataset);
        List<DumpSummary> dumps =
                catalog.dataset(dataset).map(Catalog.Published::dumps).orElse(List.of());
        List<Withdrawal> withdrawn = catalog.withdrawn(dataset);
        if (dumps.isEmpty() && withdrawn.isEmpty()) {
            throw noneThere(place.name() + "/" + dataset, meant(place, dataset));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (!output.json) {
            out.printf(
                    "%s: %s%n",
                    dataset, dumps.isEmpty() ? "no dump" : dumps.get(0).title());
            out.printf("at %s%n", place.name());
            if (!dumps.isEmpty()) {
                Manifest latest = catalog.dataset(dataset).orElseThrow().latest();
                out.printf("licence: %s%n", license(latest.license(), latest.customLicense()));
            }
        }
        SiteStatus.read(place, dataset).ifPresent(status -> showAttempt(out, place, status));
        for (DumpSummary dump : dumps) {
            if (output.json) {
                Catalog.manifest(place, dump.id())
                        .ifPresent(
                                manifest -> out.println(JsonText.line(new DumpLine("dump", place.name(), manifest))));
            } else {
                out.printf(
                        "  %s  %s documents, %s in %d files%n",
                        dump.id().stamp(),
                        Amounts.count(dump.documents()),
                        Amounts.bytes(dump.bytes()),
                        dump.partCount());
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

    /** A licence in one line; a custom one with the URL of its text. */
    static String license(@Nullable String expression, @Nullable CustomLicense custom) {
        if (expression == null) {
            return "not stated";
        }
        return License.label(expression, custom) + (custom == null ? "" : ", " + custom.url());
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

    private void showDump(Destination place, DumpId id) throws SpillwayException, InterruptedException {
        Catalog catalog = Catalog.read(place, place.list(id + "/"));
        Optional<Manifest> found = catalog.dataset(id.dataset()).map(Catalog.Published::latest);
        if (found.isPresent()) {
            show(place.name(), found.get());
            return;
        }
        show(
                place,
                catalog.withdrawn().stream()
                        .filter(notice -> notice.dump().equals(id.toString()))
                        .findFirst()
                        .orElseThrow(() -> noneThere(place.name() + "/" + id)));
    }

    private void show(String place, Manifest dump) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            out.println(JsonText.line(new DumpLine("dump", place, dump)));
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
        return noneThere(where, Optional.empty());
    }

    private static SpillwayException noneThere(String where, Optional<String> meant) {
        return new SpillwayException(
                Fault.CONFIG,
                "there is no dump at " + where,
                meant.map(dataset -> "did you mean the dataset " + dataset + "? ")
                                .orElse("")
                        + "name a dataset or a dump below the directory that dumps are published to; \"spillway list\" shows"
                        + " what exists");
    }
}
