package io.spillway.cli;

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

/** For which servers configurations are written, and what stands in them. */
final class KitArguments {
    @Option(
            names = "--server",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Also write configurations for apache, caddy, haproxy, nginx, varnish, and lines for robots.txt.")
    private List<String> servers = List.of();

    @Option(
            names = "--rate",
            paramLabel = "N/s|N/m",
            defaultValue = "5/s",
            description = "Requests that one client may send (default: ${DEFAULT-VALUE}).")
    private String rate = "5/s";

    @Option(
            names = "--burst",
            paramLabel = "N",
            defaultValue = "20",
            description = "More of them at once (default: ${DEFAULT-VALUE}).")
    private int burst = 20;

    @Option(
            names = "--retry-after",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "What refused clients are told to wait (default: ${DEFAULT-VALUE}); at least 10, or 60 with N/m.")
    private int retryAfter = 60;

    @Option(
            names = "--limit",
            split = ",",
            paramLabel = "PATH",
            description = "Where requests are counted; below the paths that datasets cover when absent.")
    private List<String> limited = List.of();

    @Option(
            names = "--block",
            paramLabel = "AGENT",
            description = "Programs that get 403, by a part of their User-Agent.")
    private List<String> blocked = List.of();

    @Option(
            names = "--page-cap",
            paramLabel = "NAME=1000",
            description = "Refuse values of this parameter from a power of ten on with 400.")
    private @Nullable String pageCap;

    @Option(
            names = "--notices-folder",
            paramLabel = "FOLDER",
            description = "Where the server's machine has the notices; needed where the destination is no directory.")
    private @Nullable Path folder;

    @Option(
            names = "--kit-to",
            paramLabel = "FOLDER",
            description = "Where configurations are written (default: kits/SITE in the folder for state); not public.")
    private @Nullable Path kitTo;

    @Option(
            names = "--notices-url",
            paramLabel = "URL",
            description = "http address where HAProxy and Varnish fetch the notices, ending in /.")
    private @Nullable URI fileServer;

    @Option(names = "--disallow-covers", description = "robots.txt: close what datasets cover to crawlers.")
    private boolean disallowCovers;

    @Option(names = "--disallow", paramLabel = "RULE", description = "robots.txt: close this, such as '/*+', too.")
    private List<String> disallow = List.of();

    @Option(
            names = "--crawl-delay",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "robots.txt: seconds between two requests, for crawlers that heed it.")
    private int crawlDelay;

    @Option(
            names = "--check",
            description =
                    "Let each server that is installed here check its configuration; what it refuses is not written.")
    private boolean check;

    @Option(
            names = "--hook",
            paramLabel = "COMMAND",
            description = "Run by sh after a configuration has changed, such as 'nginx -t && systemctl reload nginx'.")
    private @Nullable String hook;

    boolean check() {
        return check;
    }

    @Nullable
    String hook() {
        return hook;
    }

    /** The kits that are asked for, each once, in the order in which they are named; may be none. */
    List<ServerKit> kits() throws SpillwayException {
        if (servers.isEmpty() && (check || hook != null)) {
            throw refused("which server's configuration is meant is not said", "add --server nginx, for example", null);
        }
        List<ServerKit> kits = new ArrayList<>();
        for (String name : servers.stream().map(String::strip).distinct().toList()) {
            kits.add(ServerKit.named(name)
                    .orElseThrow(() -> refused(
                            "there is no configuration for a server called \"" + name + "\"",
                            "there are: "
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

    /** A path without links, also where its end does not exist yet. */
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
     * What kits are made of.
     *
     * @param where     the destination's name, for messages
     * @param address   its public address, or null where nobody has said
     * @param state     folder for state, in which kits are kept unless there is another place for them
     * @param local     folder of the notices where the destination is a directory, else null
     * @param languages those of the notices, the default one first
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
                    "the public address of %s is not known".formatted(where),
                    "give --public-url, or a public-url in the schedule",
                    null);
        }
        Path kits = (kitTo == null ? state.resolve("kits").resolve(siteName(address)) : kitTo)
                .toAbsolutePath()
                .normalize();
        if (local != null && real(kits).startsWith(real(local.resolveSibling("")))) {
            throw refused(
                    "%s is public: configurations name limits and blocked programs".formatted(kits),
                    "name a folder outside of %s with --kit-to".formatted(where),
                    null);
        }
        if (notices == null) {
            throw refused(
                    "%s is no directory of this machine".formatted(where),
                    "say where the server has a copy of its notices: --notices-folder /srv/notices",
                    null);
        }
        for (ServerKit kit : kits()) {
            if (kit.needsFileServer() && fileServer == null) {
                throw refused(
                        "%s reads no files by itself".formatted(kit.name()),
                        "say where it fetches the notices: --notices-url http://127.0.0.1:8080/notices/",
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

    /** Host, port and path, such as {@code data.example.org-dumps}: one folder for each site. */
    private static String siteName(URI address) {
        String text = address.getRawAuthority() + address.getRawPath();
        return text.replaceAll("[^A-Za-z0-9.]+", "-").replaceAll("^[.-]+|-+$", "");
    }

    private static SpillwayException refused(String message, @Nullable String hint, @Nullable Throwable cause) {
        return new SpillwayException(Fault.CONFIG, message, hint, cause);
    }
}
