package io.spillway.cli;

import io.spillway.catalog.Catalog;
import io.spillway.destination.Destination;
import io.spillway.fault.Examples;
import io.spillway.fault.SpillwayException;
import io.spillway.progress.Amounts;
import io.spillway.run.Sites;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code spillway catalog}: rebuilds everything that points at dumps from their manifests. */
@Command(
        name = "catalog",
        mixinStandardHelpOptions = true,
        description = "Rebuilds the catalog, pages and links of a site from the manifests of its dumps.")
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
                    .mapToInt(published -> published.dumps().size())
                    .sum();
            warnings(catalog).forEach(err::println);
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

    /** One warning for each kind of fault that keeps dumps out of the catalog. */
    private static List<String> warnings(Catalog catalog) {
        Map<String, String> reasons = new LinkedHashMap<>();
        catalog.broken().forEach(broken -> reasons.put(broken.dump().toString(), broken.reason()));
        return Examples.byKind(reasons).stream()
                .map(group -> group.names().size() == 1
                        ? "warning: %s is not listed: %s"
                                .formatted(group.names().get(0), group.first())
                        : "warning: %s dumps are not listed: %s. Cause of the first: %s"
                                .formatted(
                                        Amounts.count(group.names().size()), Examples.of(group.names()), group.first()))
                .toList();
    }
}
