package io.spillway.cli;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.dataset.Dataset;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.files.ChildEnvironment;
import io.spillway.manifest.Manifest;
import io.spillway.notices.kit.KitCheck;
import io.spillway.notices.kit.KitFile;
import io.spillway.notices.kit.KitSite;
import io.spillway.notices.kit.ServerKit;
import io.spillway.run.Destinations;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes changed server configurations into a folder that is not public. */
final class Kits {
    private static final String FOLDER = "notices";

    /** The first lines of a kit's file say what it is. */
    private static final int KIT_HEAD = 256;

    private final KitArguments arguments;
    private final List<ServerKit> kits;
    private final PrintWriter out;
    private final boolean json;
    private final List<String> refused = new ArrayList<>();
    private final Map<Path, URI> sites = new HashMap<>();
    private boolean changed;

    /**
     * Writes nothing yet.
     *
     * @param out receives a line for each server
     * @throws SpillwayException one of the servers is unknown
     */
    Kits(KitArguments arguments, PrintWriter out, boolean json) throws SpillwayException {
        this.arguments = arguments;
        this.kits = arguments.kits();
        this.out = out;
        this.json = json;
    }

    /**
     * Writes the configurations for the named servers, from the dumps at a destination.
     *
     * @param state     folder for state, which contains the kits unless another folder is named
     * @param languages languages of the notices there, the default one first
     */
    void write(Destination place, Path state, List<String> languages) throws SpillwayException, InterruptedException {
        if (kits.isEmpty()) {
            return;
        }
        List<Dataset> datasets = Catalog.read(place).datasets().stream()
                .map(published -> dataset(published.latest()))
                .toList();
        KitSite site = arguments.site(
                place.name(), Addresses.publicSite(place).orElse(null), state, folder(place), datasets, languages);
        URI other = sites.putIfAbsent(site.kits(), site.address());
        if (other != null && !other.equals(site.address())) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "the configurations for %s and %s would overwrite each other in %s"
                            .formatted(other, site.address(), site.kits()),
                    "run the command once for each, with a different --kit-to");
        }
        for (ServerKit kit : kits) {
            write(place, kit, site);
        }
        KitFile robots = arguments.robots().write(site);
        boolean fresh = KitFolder.replace(site.kits().resolve(robots.name()), robots.text());
        report(place, site, "robots.txt", 1, fresh ? 1 : 0, null);
        ObjectKey old = new ObjectKey(FOLDER).child(robots.name());
        if (isKit(place, old) && forward(place, old, "# Moved: " + site.kits().resolve(robots.name()) + "\n")) {
            reportForwards(place, old, site.kits());
        }
    }

    private static Dataset dataset(Manifest latest) {
        List<String> covers = latest.covers() == null ? List.of() : latest.covers();
        return new Dataset(latest.dataset(), latest.title(), null, null, null, covers);
    }

    private static @Nullable Path folder(Destination place) {
        return Destinations.folder(place, new ObjectKey(FOLDER))
                .map(found -> found.toAbsolutePath().normalize())
                .orElse(null);
    }

    private void write(Destination place, ServerKit kit, KitSite site) throws SpillwayException, InterruptedException {
        List<KitFile> files = kit.files(site);
        KitCheck.Result check = arguments.check() ? KitCheck.run(kit, site) : null;
        int fresh = 0;
        if (check != null && check.outcome() == KitCheck.Outcome.FAILED) {
            refused.add(kit.name());
        } else {
            Path folder = site.kits().resolve(kit.name());
            for (KitFile file : files) {
                fresh += KitFolder.replace(folder.resolve(file.name()), file.text()) ? 1 : 0;
            }
            changed |= fresh > 0;
        }
        report(place, site, kit.name(), files.size(), fresh, check);
        if (check == null || check.outcome() != KitCheck.Outcome.FAILED) {
            forward(place, kit, site, files);
        }
    }

    /** Earlier versions wrote kits below the notices, where they are public. */
    private void forward(Destination place, ServerKit kit, KitSite site, List<KitFile> files) throws SpillwayException {
        ObjectKey folder = new ObjectKey(FOLDER).child(kit.name());
        if (!isKit(place, folder.child(files.get(0).name()))) {
            return;
        }
        boolean forwarded = false;
        for (KitFile file : files) {
            forwarded |= forward(place, folder.child(file.name()), kit.forward(site, file));
        }
        if (forwarded) {
            reportForwards(place, folder, site.kits().resolve(kit.name()));
        }
    }

    /** Replaces an existing object; returns whether it did. */
    private static boolean forward(Destination place, ObjectKey key, String text) throws SpillwayException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            if (place.find(key).isEmpty() || place.holds(key, bytes)) {
                return false;
            }
            place.write(key, bytes);
            return true;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "cannot write %s/%s: %s".formatted(place.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }

    /** Whether the file is one that an earlier version wrote: any other file there stays, and what is beside it. */
    private static boolean isKit(Destination place, ObjectKey key) throws SpillwayException {
        if (place.find(key).isEmpty()) {
            return false;
        }
        try (InputStream in = place.open(key)) {
            String head = new String(in.readNBytes(KIT_HEAD), StandardCharsets.UTF_8);
            return head.startsWith("# Notices for refused clients")
                    || head.startsWith("# Lines for the site's robots.txt")
                    || head.startsWith("# Moved: ");
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s cannot be read: %s".formatted(place.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }

    private void reportForwards(Destination place, ObjectKey old, Path now) {
        if (!json) {
            out.printf(
                    "%s/%s: was public and has moved to %s; update the include in your server, and remove the old"
                            + " file%n",
                    place.name(), old, now);
            out.flush();
        }
    }

    private void report(
            Destination place, KitSite site, String server, int files, int fresh, KitCheck.@Nullable Result check) {
        String outcome = check == null
                ? null
                : check.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", "kit");
            line.put("destination", place.name());
            line.put("folder", site.kits().toString());
            line.put("server", server);
            line.put("files", files);
            line.put("changed", fresh);
            line.put("check", outcome);
            line.put("output", check == null ? null : check.output());
            out.println(JsonText.line(line));
        } else {
            out.printf("%s/%s: %d files, %d of them new", site.kits(), server, files, fresh);
            out.println(outcome == null ? "" : "; check: " + outcome);
            if (check != null && check.outcome() == KitCheck.Outcome.FAILED) {
                check.output().lines().forEach(line -> out.println("    " + line));
            }
        }
        out.flush();
    }

    /**
     * Call after the last destination. Runs the hook if a configuration changed.
     *
     * @throws SpillwayException the hook failed, or a server rejected its configuration
     */
    void finish() throws SpillwayException, InterruptedException {
        if (!refused.isEmpty()) {
            throw new SpillwayException(
                    Fault.CONFIG,
                    "configuration not written: %s rejected it".formatted(String.join(", ", refused)),
                    "see the server's output above; a module may be missing");
        }
        String hook = arguments.hook();
        if (hook == null || !changed) {
            return;
        }
        try {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", hook)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            ChildEnvironment.limit(builder);
            Process process = builder.start();
            int code;
            try {
                code = process.waitFor();
            } finally {
                process.destroy();
            }
            if (code != 0) {
                throw new SpillwayException(
                        Fault.CONFIG,
                        "configuration written, but the hook exited with " + code,
                        "run the --hook command manually to see why");
            }
        } catch (IOException e) {
            throw new SpillwayException(Fault.CONFIG, "cannot run the hook: " + e.getMessage(), null, e);
        }
    }
}
