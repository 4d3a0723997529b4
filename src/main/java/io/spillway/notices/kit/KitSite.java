package io.spillway.notices.kit;

import io.spillway.dataset.Dataset;
import io.spillway.fault.Printable;
import io.spillway.notices.Negotiation;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a kit is made of. An immutable value in which nothing is left that could change a configuration.
 *
 * @param address    public address of the catalog, {@code http} or {@code https}, ending with a slash
 * @param folder     folder of the notices on the machine of the server, absolute
 * @param kits       folder of the kits on that machine, absolute and not public; each has a folder of its name below it
 * @param fileServer a web server's address of the same folder, {@code http}, ending with a slash: for HAProxy and Varnish,
 *                   which read no files; null where there is none
 * @param datasets   what is published, and the paths that it covers
 * @param languages  those that notices are in, the default one first
 * @param limit      how much one client may ask for
 * @param rules      who else is refused
 */
public record KitSite(
        URI address,
        Path folder,
        Path kits,
        @Nullable URI fileServer,
        List<Dataset> datasets,
        List<String> languages,
        Limit limit,
        Rules rules) {

    private static final Pattern ADDRESS =
            Pattern.compile("https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?/(?:[A-Za-z0-9/_.~-]*/)?");
    private static final Pattern FOLDER = Pattern.compile("/[A-Za-z0-9/_.~+-]*");
    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}");

    /** The same everywhere, on a site's own host or not: what tells crawlers where to go and what is published. */
    private static final List<String> ALWAYS_FREE = List.of(
            "^/robots\\.txt$",
            "^/sitemap[A-Za-z0-9_.-]*\\.xml(?:\\.gz)?$",
            "^/\\.well-known/",
            "^/(?:index(?:\\.[a-z]+)?\\.html|links\\.json|status\\.json|feed\\.atom)$");

    private static final String OF_A_DATASET = "index(?:\\.[a-z]+)?\\.html|feed\\.atom|latest\\.json|latest/.*"
            + "|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z/.*";

    /**
     * A path that a dataset covers.
     *
     * @param path    as the schedule has it: itself and what is below it, or with a star at its end what begins with it
     * @param dataset are told of this
     */
    record Cover(String path, Dataset dataset) {}

    /** Fails with {@link IllegalArgumentException}, fit for people, on what has no place in a configuration. */
    public KitSite {
        datasets = List.copyOf(datasets);
        languages = List.copyOf(languages);
        requireAddress("public address of the dumps", address);
        if (fileServer != null) {
            requireAddress("address of the notices", fileServer);
            if (!"http".equals(fileServer.getScheme())) {
                throw new IllegalArgumentException("the address of the notices has to begin with http://");
            }
        }
        requireFolder("folder of the notices", folder);
        requireFolder("folder of the configurations", kits);
        for (Dataset dataset : datasets) {
            for (String path : dataset.covers()) {
                try {
                    Paths.require(path);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("dataset " + dataset.name() + " covers " + e.getMessage(), e);
                }
            }
        }
        if (languages.isEmpty()
                || !languages.stream().allMatch(each -> LANGUAGE.matcher(each).matches())) {
            throw new IllegalArgumentException("not languages of notices: " + languages);
        }
    }

    private static void requireFolder(String what, Path folder) {
        if (!FOLDER.matcher(folder.toString()).matches()) {
            throw new IllegalArgumentException("the " + what + " is not fit for a server's configuration: \""
                    + Line.of(folder.toString()) + "\"; it has to be absolute, of A-Za-z0-9 and /_.~+-");
        }
    }

    private static void requireAddress(String what, URI address) {
        if (!ADDRESS.matcher(address.toString()).matches()) {
            throw new IllegalArgumentException(
                    "the " + what + " is not fit for a server's configuration: \"" + Printable.line(address.toString())
                            + "\"; write http(s)://HOST[:PORT]/PATH/ without signs like % or ?");
        }
    }

    /** The same site with its notices and kits somewhere else. */
    KitSite in(Path elsewhere) {
        return new KitSite(address, elsewhere, elsewhere, fileServer, datasets, languages, limit, rules);
    }

    /** Covered paths, the longest first, each once: the first dataset that names it has it. */
    List<Cover> covers() {
        Set<String> seen = new HashSet<>();
        List<Cover> covers = new ArrayList<>();
        for (Dataset dataset : datasets) {
            for (String path : dataset.covers()) {
                if (seen.add(path)) {
                    covers.add(new Cover(path, dataset));
                }
            }
        }
        covers.sort(Comparator.comparing((Cover each) -> -Negotiation.length(each.path()))
                .thenComparing(each -> each.path().endsWith("*"))
                .thenComparing(Cover::path));
        return covers;
    }

    /** Paths below which requests are counted: those that were named, else those that are covered, else all. */
    List<String> limited() {
        if (!rules.limited().isEmpty()) {
            return rules.limited();
        }
        List<String> covered = covers().stream().map(Cover::path).toList();
        return covered.isEmpty() ? List.of("/") : covered;
    }

    /**
     * Expressions for paths where nobody is ever refused. The dumps may lie at the root of the site's own host; then only
     * what has the name of a file of ours is free.
     */
    List<String> free() {
        List<String> free = new ArrayList<>(ALWAYS_FREE);
        String root = String.valueOf(address.getPath());
        if (root.length() > 1) {
            free.add(Paths.beginning(root));
        } else if (!datasets.isEmpty()) {
            String names = datasets.stream().map(Dataset::name).collect(Collectors.joining("|"));
            free.add("^/(?:" + names + ")/(?:" + OF_A_DATASET + ")?$");
        }
        return free;
    }

    /** The statuses that this site answers with a notice. */
    List<Refusal> refusals() {
        List<Refusal> refusals = new ArrayList<>(List.of(Refusal.TOO_MANY));
        if (!rules.blocked().isEmpty()) {
            refusals.add(Refusal.BLOCKED);
        }
        if (rules.pageCap() != null) {
            refusals.add(Refusal.TOO_DEEP);
        }
        return refusals;
    }

    /** The folder of a kit. */
    Path kit(ServerKit kit) {
        return kits.resolve(kit.name());
    }

    /** The address without the slash at its end. */
    String bareAddress() {
        String text = address.toString();
        return text.substring(0, text.length() - 1);
    }

    /**
     * An answer for when there is no file: still a problem (RFC 9457) that says where the dumps are. It ends with a number,
     * since a quote and a brace end a long text of Varnish's.
     */
    String lastResort(Refusal refusal) {
        return "{\"type\":\"about:blank\",\"title\":\"%s\",\"help\":\"%s\",\"status\":%d}"
                .formatted(refusal.reason(), address, refusal.status());
    }

    /** A comment of one line about a dataset. */
    static String comment(Dataset dataset) {
        return "# " + dataset.name() + ": " + Line.of(dataset.title());
    }
}
