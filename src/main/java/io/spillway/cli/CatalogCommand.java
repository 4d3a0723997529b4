package io.spillway.cli;

import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.fault.SpillwayException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code spillway catalog}: what points at dumps, written again from the dumps. */
@Command(
        name = "catalog",
        mixinStandardHelpOptions = true,
        description = "Writes everything that points at dumps again, from nothing but their manifests.")
final class CatalogCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceArguments places = new PlaceArguments();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws SpillwayException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        places.eachSite(site -> {
            Destination place = site.place();
            Catalog catalog = Sites.rebuild(site);
            int dumps = catalog.datasets().stream()
                    .mapToInt(shelf -> shelf.dumps().size())
                    .sum();
            catalog.broken()
                    .forEach(broken -> err.printf("warning: %s is not listed: %s%n", broken.dump(), broken.reason()));
            if (output.json) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("type", "catalog");
                line.put("destination", place.name());
                line.put("datasets", catalog.datasets().size());
                line.put("dumps", dumps);
                line.put(
                        "unreadable",
                        catalog.broken().stream()
                                .map(broken -> broken.dump().toString())
                                .toList());
                out.println(JsonText.line(line));
            } else {
                out.printf(
                        "%s: %s datasets with %s dumps%n",
                        place.name(), Amounts.count(catalog.datasets().size()), Amounts.count(dumps));
            }
            err.flush();
            out.flush();
        });
        return 0;
    }
}
