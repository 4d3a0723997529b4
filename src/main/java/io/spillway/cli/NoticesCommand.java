package io.spillway.cli;

import io.spillway.destination.Destination;
import io.spillway.fault.SpillwayException;
import io.spillway.notices.Availability;
import io.spillway.notices.NoticeFiles;
import io.spillway.notices.NoticeWriter;
import io.spillway.progress.Amounts;
import io.spillway.run.Destinations;
import io.spillway.run.Sites;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code spillway notices}: rewrites the notices for refused clients from the dumps. */
@Command(
        name = "notices",
        mixinStandardHelpOptions = true,
        description = {
            "Rewrites the notices for refused clients (429, 403, 400) from the published dumps.",
            "Only URLs that answer without a login are named. With --server, also writes the configurations",
            "that make servers send them, in a folder that is not public."
        })
final class NoticesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceArguments places = new PlaceArguments();

    @Mixin
    private KitArguments servers = new KitArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        Kits kits = new Kits(servers, spec.commandLine().getOut(), output.json);
        places.eachSite(site -> {
            NoticeWriter.Written written = Sites.renewNotices(site);
            report(site.place(), written);
            kits.write(
                    site.place(),
                    Destinations.state(site.schedule()),
                    written.settings().languages());
        });
        kits.finish();
        return 0;
    }

    private void report(Destination place, NoticeWriter.Written written) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            Map<String, String> datasets = new LinkedHashMap<>();
            written.datasets().forEach((dataset, state) -> datasets.put(dataset, state.toString()));
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "notices");
            line.put("destination", place.name());
            line.put("site", written.site().toString());
            line.put("datasets", datasets);
            line.put("files", written.files());
            line.put("changed", written.changed());
            out.println(JsonText.line(line));
        } else {
            out.printf(
                    "%s/%s: %s files, %s of them new%n",
                    place.name(), NoticeFiles.FOLDER, Amounts.count(written.files()), Amounts.count(written.changed()));
            written.datasets().forEach((dataset, state) -> out.printf("  %s: %s%n", dataset, words(state)));
        }
        out.flush();
    }

    private static String words(Availability state) {
        return switch (state) {
            case AVAILABLE -> "names the latest dump";
            case STALE -> "names no file: the next dump is long overdue";
            case WITHDRAWN -> "names no file: the last dump was withdrawn";
            case UNREACHABLE -> "names no file: none answered without a login (--verbose shows the requests)";
            case NONE -> "names no file: there is no dump";
        };
    }
}
