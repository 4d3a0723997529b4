package io.spillway.cli;

import io.spillway.config.Spelling;
import io.spillway.dataset.Dataset;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.notices.kit.KitSite;
import io.spillway.notices.kit.Limit;
import io.spillway.notices.kit.PageCap;
import io.spillway.notices.kit.RobotsLines;
import io.spillway.notices.kit.Rules;
import io.spillway.notices.kit.ServerKit;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for writing server configurations. */
final class KitArguments {
    @Option(
            names = "--server",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Also write configurations for apache, caddy, haproxy, nginx or varnish, and lines for robots.txt.")
    private List<String> servers = List.of();

    @Option(
            names = "--rate",
            paramLabel = "N/s|N/m",
            defaultValue = "5/s",
            description = "Request rate allowed per client (default: ${DEFAULT-VALUE}).")
    private String rate = "5/s";

    @Option(
            names = "--burst",
            paramLabel = "N",
            defaultValue = "20",
            description = "Extra requests allowed in a burst (default: ${DEFAULT-VALUE}).")
    private int burst = 20;

    @Option(
            names = "--retry-after",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Retry-After for refused clients (default: ${DEFAULT-VALUE}); at least 10, or 60 with N/m.")
    private int retryAfter = 60;

    @Option(
            names = "--limit",
            split = ",",
            paramLabel = "PATH",
            description = "Path below which requests are limited. Default: the paths that datasets cover.")
    private List<String> limited = List.of();

    @Option(
            names = "--block",
            paramLabel = "AGENT",
            description = "Refuse clients whose User-Agent contains this with 403.")
    private List<String> blocked = List.of();

    @Option(
            names = "--page-cap",
            paramLabel = "NAME=1000",
            description = "Refuse values of this parameter at or above this power of ten with 400.")
    private @Nullable String pageCap;

    @Option(
            names = "--notices-folder",
            paramLabel = "FOLDER",
            description =
                    "Folder of the notices on the server's machine; required if the destination is not a directory.")
    private @Nullable Path folder;

    @Option(
            names = "--kit-to",
            paramLabel = "FOLDER",
            description = "Folder for the configurations (default: kits/SITE in the state folder); must not be public.")
    private @Nullable Path kitTo;

    @Option(
            names = "--notices-url",
            paramLabel = "URL",
            description = "http URL, ending in /, from which HAProxy and Varnish fetch the notices.")
    private @Nullable URI fileServer;

    @Option(names = "--disallow-covers", description = "robots.txt: disallow the paths that datasets cover.")
    private boolean disallowCovers;

    @Option(names = "--disallow", paramLabel = "RULE", description = "robots.txt: also disallow this, such as '/*+'.")
    private List<String> disallow = List.of();

    @Option(
            names = "--crawl-delay",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "robots.txt: seconds between two requests, for crawlers that honor it.")
    private int crawlDelay;

    @Option(
            names = "--check",
            description = "Check each configuration with the server installed here; rejected ones are not written.")
    private boolean check;

    @Option(
            names = "--hook",
            paramLabel = "COMMAND",
            description =
                    "Shell command to run after a configuration changed, such as 'nginx -t && systemctl reload nginx'.")
    private @Nullable String hook;

    boolean check() {
        return check;
    }

    @Nullable
    String hook() {
        return hook;
    }

    /** The kits for the named servers, each once, in the given order; may be empty. */
    List<ServerKit> kits() throws SpillwayException {
        if (servers.isEmpty() && (check || hook != null)) {
            throw refused("--server is missing", "add --server nginx, for example", null);
        }
        List<ServerKit> kits = new ArrayList<>();
        for (String name : servers.stream().map(String::strip).distinct().toList()) {
            kits.add(ServerKit.named(name)
                    .orElseThrow(() -> refused(
                            "there is no configuration for a server called \"" + name + "\"",
                            meant(name) + "there are: "
                                    + ServerKit.all().stream()
                                            .map(ServerKit::name)
                                            .collect(Collectors.joining(", ")),
                            null)));
        }
        return kits;
    }

    RobotsLines robots() throws SpillwayException {
        try {
            return new RobotsLines(disallowCovers, disallow, crawlDelay);
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()), null, e);
        }
    }

    /** Resolves links in a path, even if its last elements do not exist yet. */
    private static Path real(Path path) {
        Path parent = path.getParent();
        try {
            return Files.exists(path) || parent == null
                    ? path.toRealPath()
                    : real(parent).resolve(path.getFileName());
        } catch (IOException unreadable) {
            return path;
        }
    }

    /**
     * The input for kits.
     *
     * @param where     the destination's name, for messages
     * @param address   its public URL, or null if it is not configured
     * @param state     folder for state, which contains the kits by default
     * @param local     folder of the notices if the destination is a directory, else null
     * @param languages languages of the notices, the default one first
     */
    KitSite site(
            String where,
            @Nullable URI address,
            Path state,
            @Nullable Path local,
            List<Dataset> datasets,
            List<String> languages)
            throws SpillwayException {
        Path notices = folder == null ? local : folder;
        if (address == null) {
            throw refused(
                    "the public URL of %s is not known".formatted(where),
                    "set --public-url, or public-url in the schedule",
                    null);
        }
        Path kits = (kitTo == null ? state.resolve("kits").resolve(siteName(address)) : kitTo)
                .toAbsolutePath()
                .normalize();
        if (local != null && real(kits).startsWith(real(local.resolveSibling("")))) {
            throw refused(
                    "%s is public, but configurations contain limits and blocked programs".formatted(kits),
                    "name a folder outside %s with --kit-to".formatted(where),
                    null);
        }
        if (notices == null) {
            throw refused(
                    "%s is not a directory on this machine".formatted(where),
                    "name the server's copy of the notices: --notices-folder /srv/notices",
                    null);
        }
        for (ServerKit kit : kits()) {
            if (kit.needsFileServer() && fileServer == null) {
                throw refused(
                        "%s does not read files itself".formatted(kit.name()),
                        "name the URL it fetches the notices from: --notices-url http://127.0.0.1:8080/notices/",
                        null);
            }
        }
        try {
            return new KitSite(
                    address,
                    notices,
                    kits,
                    fileServer,
                    datasets,
                    languages,
                    Limit.of(rate, burst, retryAfter),
                    new Rules(limited, blocked, pageCap == null ? null : PageCap.of(pageCap)));
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()), null, e);
        }
    }

    private static String meant(String name) {
        return Spelling.nearest(
                        name, ServerKit.all().stream().map(ServerKit::name).toList())
                .map(near -> "did you mean " + near + "? ")
                .orElse("");
    }

    /** Host, port and path, such as {@code data.example.org-dumps}: one folder for each site. */
    private static String siteName(URI address) {
        String text = address.getRawAuthority() + address.getRawPath();
        return text.replaceAll("[^A-Za-z0-9.]+", "-").replaceAll("^[.-]+|-+$", "");
    }

    private static SpillwayException refused(String message, @Nullable String hint, @Nullable Throwable cause) {
        return new SpillwayException(Fault.CONFIG, message, hint, cause);
    }
}
