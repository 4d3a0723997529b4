package io.spillway.cli;

import io.spillway.config.ConfigFile;
import io.spillway.demo.DemoRecords;
import io.spillway.demo.DemoSnapshot;
import io.spillway.demo.ElasticsearchServer;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Amounts;
import io.spillway.run.ExportReport;
import io.spillway.run.Exporter;
import io.spillway.run.GateOverrides;
import io.spillway.schedule.ScheduleFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway demo}: the whole workflow on a temporary server, with real records. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a temporary Elasticsearch or OpenSearch, loads real records, exports and verifies them,",
            "and shows how a researcher fetches the result. Stops the server when done."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Pattern SERVER = Pattern.compile("(elasticsearch|opensearch)-(\\d[0-9A-Za-z.]*)");

    /** OpenSearch 3 takes 20 s on an idle machine and more than two minutes on a busy one. */
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--to",
            paramLabel = "DIRECTORY",
            description = "Directory to publish the dumps to (default: ${DEFAULT-VALUE}).",
            defaultValue = "spillway-demo")
    private Path to = Path.of("spillway-demo");

    @Option(
            names = "--server",
            paramLabel = "NAME",
            description = "An unpacked server in target/servers, such as elasticsearch-9.5.3 or opensearch-2.19.4.")
    private @Nullable String server;

    @Option(
            names = {"--server-home", "--elasticsearch-home"},
            paramLabel = "DIRECTORY",
            description = "Unpacked server. Default: the one the build downloaded.")
    private @Nullable Path home;

    @Option(
            names = "--from-snapshot",
            description = "Take a snapshot, stop the server, and export from the snapshot's files alone.")
    private boolean fromSnapshot;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path folder = serverHome();
        err.printf("starting %s on this machine, which takes some seconds%n", folder.getFileName());
        ElasticsearchServer.Builder builder =
                ElasticsearchServer.builder(folder).javaHome(java(folder)).limit(START_LIMIT);
        List<ExportReport> reports = fromSnapshot ? fromSnapshot(builder) : fromServer(builder);
        if (!output.json) {
            show(reports, out);
        }
        return 0;
    }

    private List<ExportReport> fromServer(ElasticsearchServer.Builder builder)
            throws SpillwayException, InterruptedException {
        List<ExportReport> reports = new ArrayList<>();
        try (ElasticsearchServer server = builder.start()) {
            for (DemoRecords records : DemoRecords.all()) {
                load(records, server);
                reports.add(export(
                        records,
                        server.isOpenSearch()
                                ? Map.of("opensearch", server.url().toString(), "index", records.dataset())
                                : Map.of("elasticsearch", server.url().toString(), "index", records.dataset())));
            }
        }
        return reports;
    }

    private List<ExportReport> fromSnapshot(ElasticsearchServer.Builder builder)
            throws SpillwayException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        List<ExportReport> reports = new ArrayList<>();
        try (DemoSnapshot snapshot = DemoSnapshot.create()) {
            try (ElasticsearchServer server = snapshot.allow(builder).start()) {
                for (DemoRecords records : DemoRecords.all()) {
                    load(records, server);
                }
                snapshot.take(server);
            }
            err.printf("took a snapshot in %s and stopped the server%n", snapshot.repository());
            for (DemoRecords records : DemoRecords.all()) {
                reports.add(export(
                        records,
                        Map.of(
                                "snapshot-repository",
                                Map.of("directory", snapshot.repository().toString()),
                                "index",
                                records.dataset())));
            }
            return reports;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot make or remove the folder for the snapshot: " + e.getMessage(),
                    "check java.io.tmpdir, the folder for temporary files",
                    e);
        }
    }

    private void load(DemoRecords records, ElasticsearchServer server) throws SpillwayException, InterruptedException {
        spec.commandLine()
                .getErr()
                .printf("loading %s records of %s%n", Amounts.count(records.documents()), records.title());
        records.load(server);
    }

    private ExportReport export(DemoRecords records, Map<String, Object> source)
            throws SpillwayException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Exporter exporter = new Exporter(new ExportView(spec.commandLine().getOut(), err, output.json));
        ScheduleFile schedule = ConfigFile.readText(schedule(records, source), "demo", ScheduleFile.class);
        ExportReport report = exporter.export(schedule, GateOverrides.NONE);
        ExportCommand.requireAll(report.delivery());
        VerifyCommand.verify(to.resolve(report.manifest().dump()), output, err);
        err.printf(
                "verified %s: read back all files and counted all documents%n",
                report.manifest().dump());
        return report;
    }

    private static Path java(Path home) throws SpillwayException {
        return ElasticsearchServer.findJava(home)
                .orElseThrow(
                        () -> new SpillwayException(
                                Fault.CONFIG,
                                "no JDK that can run %s is installed".formatted(home.getFileName()),
                                "Elasticsearch 9 and OpenSearch 3 need Java 21 or later, OpenSearch 1 and 2 and Elasticsearch before"
                                        + " 8.18 need Java 17 to 23: run this with such a JDK, or install one in /usr/lib/jvm"));
    }

    private Path serverHome() throws SpillwayException {
        if (home != null && server != null) {
            throw new ParameterException(spec.commandLine(), "set either --server or --server-home, not both");
        }
        if (home != null) {
            return home;
        }
        if (server != null) {
            String name = server;
            return ElasticsearchServer.findHome(name)
                    .orElseThrow(() -> new SpillwayException(
                            Fault.CONFIG, "no server %s found next to this program".formatted(name), fetching(name)));
        }
        return ElasticsearchServer.findHome()
                .orElseThrow(() -> new SpillwayException(
                        Fault.CONFIG,
                        "no Elasticsearch server found next to this program",
                        "build with Maven, which downloads one, or name an unpacked server with --server-home"));
    }

    /** The command that fetches a server which the project tests with. */
    private static String fetching(String name) {
        Matcher server = SERVER.matcher(name);
        return server.matches()
                ? "fetch it with mvn dependency:unpack -Dartifact=org.%1$s.distribution.integ-test-zip:%1$s:%2$s:zip"
                                .formatted(server.group(1), server.group(2))
                        + " -DoutputDirectory=target/servers, or name an unpacked one with --server-home"
                : "give a product and a version, such as opensearch-2.19.4, or name an unpacked server with"
                        + " --server-home";
    }

    /** The schedule that an operator would write, in JSON, which is valid YAML. */
    private String schedule(DemoRecords records, Map<String, Object> source) {
        return JsonText.line(new Schedule(
                records.dataset(),
                records.title(),
                records.description() + " " + records.attribution(),
                records.license(),
                records.homepage().toString(),
                source,
                List.of(new Schedule.Destination(to.toString()))));
    }

    private record Schedule(
            String dataset,
            String title,
            String description,
            String license,
            String homepage,
            Map<String, Object> source,
            List<Destination> destinations) {
        private record Destination(String directory) {}
    }

    private void show(List<ExportReport> reports, PrintWriter out) throws SpillwayException {
        out.println();
        try (Stream<Path> files = Files.walk(to)) {
            files.filter(path -> !path.equals(to) && !isHidden(path)).sorted().forEach(path -> {
                int depth = to.relativize(path).getNameCount();
                out.println("  ".repeat(depth) + path.getFileName() + (Files.isDirectory(path) ? "/" : ""));
            });
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot list " + to + ": " + e.getMessage(), null, e);
        }
        ExportReport last = reports.get(reports.size() - 1);
        String first = last.manifest().parts().get(0).name();
        out.println();
        out.println(
                "With this folder on a web server, a researcher fetches, checks and reads a dump with plain tools:");
        out.println();
        out.println("  U=https://dumps.example.org/" + last.manifest().dump());
        out.println("  wget $U/urls.txt $U/SHA256SUMS && wget --base=$U/ -i urls.txt");
        out.println("  sha256sum --ignore-missing -c SHA256SUMS");
        out.println("  zcat " + first + " | head -n 1 | jq .");
        out.println();
        out.println("On macOS, shasum -a 256 replaces sha256sum.");
        out.println();
        out.println("Try it here:  cd " + to.resolve(last.manifest().dump()) + " && sha256sum -c SHA256SUMS");
        out.flush();
    }

    private boolean isHidden(Path path) {
        for (Path name : to.relativize(path)) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }
}
