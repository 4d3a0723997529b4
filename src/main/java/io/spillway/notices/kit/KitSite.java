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
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The input for kits. Immutable and validated: no value can inject anything into a configuration.
 *
 * @param address    public URL of the catalog, {@code http} or {@code https}, ending with a slash
 * @param folder     folder of the notices on the server's machine, absolute
 * @param kits       folder of the kits on that machine, absolute and not public; each kit has a subfolder of its name
 * @param fileServer URL of the same folder on a web server, {@code http}, ending with a slash: for HAProxy and Varnish,
 *     which do not read files; null if there is none
 * @param datasets   the published datasets, with the paths that they cover
 * @param languages  languages of the notices, the default one first
 * @param limit      rate limit per client
 * @param rules      further refusals
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
            Pattern.compile("https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?/(?:[A-Za-z0-9/_.~%-]*/)?");
    private static final Pattern FOLDER = Pattern.compile("/[A-Za-z0-9/_.~+-]*");
    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}");

    /**
     * An application may resolve dots that a server keeps: after a semicolon ({@code /.well-known/..;/search}) or before
     * a backslash, and may end a path at a NUL.
     */
    private static final String PLAIN_REST = "[^;\\x5C\\x00]*$";

    /** The same for every site, on its own host or not: tells crawlers where to go and lists what is published. */
    private static final List<String> ALWAYS_FREE = List.of(
            "^/robots\\.txt$",
            "^/sitemap[A-Za-z0-9_.-]*\\.xml(?:\\.gz)?$",
            "^/\\.well-known/" + PLAIN_REST,
            "^/(?:index(?:\\.[a-z]+)?\\.html|links\\.json|status\\.json|feed\\.atom)$");

    private static final String OF_A_DATASET = "index(?:\\.[a-z]+)?\\.html|feed\\.atom|latest\\.json|latest/"
            + PLAIN_REST + "|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z/" + PLAIN_REST;

    /**
     * A path that a dataset covers.
     *
     * @param path    as in the schedule: itself and everything below it, or with a trailing star everything that starts
     *     with it
     * @param dataset whose notice is sent
     */
    record Cover(String path, Dataset dataset) {}

    /**
     * Throws {@link IllegalArgumentException} with a message for people on values that are not safe in a configuration.
     */
    public KitSite {
        datasets = List.copyOf(datasets);
        languages = List.copyOf(languages);
        requireAddress("public URL of the dumps", address);
        if (fileServer != null) {
            requireAddress("address of the notices", fileServer);
            if (fileServer.toString().contains("%")) {
                throw new IllegalArgumentException("the address of the notices has to have no % in it");
            }
            if (!"http".equals(fileServer.getScheme())) {
                throw new IllegalArgumentException("the URL of the notices must start with http://");
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
            throw new IllegalArgumentException("invalid languages of notices: " + languages);
        }
    }

    private static void requireFolder(String what, Path folder) {
        if (!FOLDER.matcher(folder.toString()).matches()) {
            throw new IllegalArgumentException("the " + what + " cannot be used in a server's configuration: \""
                    + Line.of(folder.toString()) + "\"; it must be absolute and consist of A-Za-z0-9 and /_.~+-");
        }
    }

    private static void requireAddress(String what, URI address) {
        if (!ADDRESS.matcher(address.toString()).matches() || !Paths.isSafe(address.getRawPath())) {
            throw new IllegalArgumentException(
                    "the " + what + " is not fit for a server's configuration: \"" + Printable.line(address.toString())
                            + "\"; write http(s)://HOST[:PORT]/PATH/, with letters, digits and _.~- in the path; other"
                            + " letters may be percent-encoded, signs like \" or ? may not");
        }
    }

    /** The same site with its notices and kits in another folder. */
    KitSite in(Path elsewhere) {
        return new KitSite(address, elsewhere, elsewhere, fileServer, datasets, languages, limit, rules);
    }

    /** Covered paths, the longest first, without duplicates: the first dataset that lists a path owns it. */
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

    /** Paths below which requests are limited: the configured ones, else the covered ones, else all. */
    List<String> limited() {
        if (!rules.limited().isEmpty()) {
            return rules.limited();
        }
        List<String> covered = covers().stream().map(Cover::path).toList();
        return covered.isEmpty() ? List.of("/") : covered;
    }

    /** Expressions for these paths where the server has decoded them, and for paths that may hide one of them. */
    List<String> limitedExpressions() {
        return Stream.concat(limited().stream().map(Paths::covered), Stream.of(Paths.ODD))
                .toList();
    }

    /**
     * Expressions for paths that are never refused. If the dumps are at the root of the site's own host, only the names
     * of our files are included.
     */
    List<String> free() {
        return free(Paths::beginning);
    }

    /** The same for paths as they were sent. */
    List<String> freeAsSent() {
        return free(Paths::beginningAsSent);
    }

    private List<String> free(UnaryOperator<String> beginning) {
        List<String> free = new ArrayList<>(ALWAYS_FREE);
        String root = String.valueOf(address.getRawPath());
        if (root.length() > 1) {
            free.add(beginning.apply(root) + PLAIN_REST);
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

    /** The URL without its trailing slash. */
    String bareAddress() {
        String text = address.toString();
        return text.substring(0, text.length() - 1);
    }

    /**
     * The response if the file is missing: still problem details (RFC 9457) with a link to the dumps. Ends with a
     * number, because a quote followed by a brace ends a long string in Varnish.
     */
    String lastResort(Refusal refusal) {
        return "{\"type\":\"about:blank\",\"title\":\"%s\",\"help\":\"%s\",\"status\":%d}"
                .formatted(refusal.reason(), address, refusal.status());
    }

    /** A one-line comment about a dataset. */
    static String comment(Dataset dataset) {
        return "# " + dataset.name() + ": " + Line.of(dataset.title());
    }
}
