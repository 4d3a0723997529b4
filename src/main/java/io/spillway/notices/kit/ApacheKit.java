package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Apache httpd: {@code ErrorDocument} with a path computed for each request, for requests refused by mod_evasive or by
 * an application behind mod_proxy. Tested with 2.4.
 */
final class ApacheKit implements ServerKit {
    /**
     * Pages are counted individually; a client that requests this many times as many different pages is refused, too.
     */
    private static final int PAGES = 10;

    private static final List<String> MODULE_FOLDERS =
            List.of("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules");

    /** Required for the trial, in load order. */
    private static final List<String> MODULES = List.of(
            "mpm_event",
            "authn_core",
            "authz_core",
            "access_compat",
            "alias",
            "headers",
            "mime",
            "setenvif",
            "proxy",
            "proxy_http",
            "evasive20");

    @Override
    public String name() {
        return "apache";
    }

    @Override
    public List<KitFile> files(KitSite site) {
        Limit limit = site.limit();
        return List.of(new KitFile(
                "notices.conf",
                Template.fill(
                        "apache-notices.conf",
                        Map.ofEntries(
                                Map.entry("folder", site.folder().toString()),
                                Map.entry("kit", site.kit(this).toString()),
                                Map.entry("wish", Expressions.firstWish("", site.languages())),
                                Map.entry("forms", forms()),
                                Map.entry("blocked", blocked(site)),
                                Map.entry("deep", deep(site)),
                                Map.entry("documents", documents(site)),
                                Map.entry("covers", covers(site)),
                                Map.entry("requests", String.valueOf(limit.inWindow())),
                                Map.entry("site_requests", String.valueOf(PAGES * limit.inWindow())),
                                Map.entry("window", String.valueOf(limit.window())),
                                Map.entry("blocking", String.valueOf(limit.window() - 1)),
                                Map.entry("free", Expressions.anyOf(site.free())),
                                Map.entry("headers", headers(site))))));
    }

    private static String forms() {
        return Template.lines(Forms.reversed().stream()
                .map(row -> "SetEnvIfExpr \"req_novary('Accept') =~ m#" + row.expression() + "#i\" SPILLWAY_WISH="
                        + (row.any() ? "any" : "$1"))
                .toList());
    }

    /** Excludes paths that are never refused and the notice itself. */
    private static String blocked(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (String agent : site.rules().blocked()) {
            lines.add("SetEnvIfExpr \"req_novary('User-Agent') =~ m#"
                    + Expressions.literal(agent).replace("/", "\\/") + "#i\" SPILLWAY_BLOCKED=1");
        }
        if (!lines.isEmpty()) {
            lines.add(
                    "<If \"reqenv('SPILLWAY_BLOCKED') == '1' && reqenv('SPILLWAY_PREFLIGHT') != '1' && %{REQUEST_URI} !~ m#^/__spillway/|"
                            + Expressions.anyOf(site.free()) + "#\">");
            lines.add("    Require all denied");
            lines.add("</If>");
        }
        return Template.lines(lines);
    }

    private static String deep(KitSite site) {
        PageCap cap = site.rules().pageCap();
        if (cap == null) {
            return "";
        }
        return Template.lines(List.of(
                "SetEnvIfExpr \"%{QUERY_STRING} =~ m#" + cap.expression()
                        + "# && reqenv('SPILLWAY_PREFLIGHT') != '1'\" SPILLWAY_DEEP=1",
                "<LocationMatch \"" + Expressions.anyOf(site.limitedExpressions()) + "\">",
                "    <If \"" + condition(Refusal.TOO_DEEP) + "\">",
                "        Redirect 400",
                "    </If>",
                "</LocationMatch>"));
    }

    private static String covers(KitSite site) {
        List<KitSite.Cover> shortestFirst = new ArrayList<>(site.covers());
        Collections.reverse(shortestFirst);
        List<String> lines = new ArrayList<>();
        for (KitSite.Cover cover : shortestFirst) {
            lines.add(KitSite.comment(cover.dataset()));
            // Apache sets these variables before it decodes the path.
            lines.add("SetEnvIfExpr \"%{REQUEST_URI} =~ m#" + Paths.coveredBeforeAQuery(cover.path())
                    + "#\" SPILLWAY_PAGE=" + cover.dataset().name() + "/");
        }
        return Template.lines(lines);
    }

    /** For each refusal the site's file, the dataset's, and the language variant of both, if it exists. */
    private static String documents(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (Refusal refusal : site.refusals()) {
            for (String page : List.of("", "%{reqenv:SPILLWAY_PAGE}")) {
                for (String language : List.of("", "%{reqenv:SPILLWAY_LANGUAGE}")) {
                    String file = page + refusal.status() + language + ".%{reqenv:SPILLWAY_FORM}";
                    String when = condition(refusal).isEmpty() ? "" : condition(refusal) + " && ";
                    lines.add("<If \"" + when + "-f '" + site.folder() + "/" + file + "'\">");
                    lines.add("    ErrorDocument " + refusal.status() + " \"/__spillway/" + file + "\"");
                    lines.add("</If>");
                }
            }
        }
        return Template.lines(lines);
    }

    /** Only for our own responses: others with these statuses may be the application's. */
    private static String refused(KitSite site) {
        return site.refusals().stream()
                .map(refusal -> "(%{REQUEST_STATUS} == " + refusal.status()
                        + (condition(refusal).isEmpty() ? "" : " && " + condition(refusal)) + ")")
                .collect(Collectors.joining(" || "));
    }

    /** Condition that distinguishes a refusal from other responses with its status; 429 is always a refusal. */
    private static String condition(Refusal refusal) {
        return switch (refusal) {
            case TOO_MANY -> "";
            case BLOCKED -> "reqenv('SPILLWAY_BLOCKED') == '1'";
            case TOO_DEEP -> "reqenv('SPILLWAY_DEEP') == '1'";
        };
    }

    private static String headers(KitSite site) {
        List<String> lines = new ArrayList<>();
        lines.add("Header always set Retry-After " + site.limit().retryAfter() + " \"expr=%{REQUEST_STATUS} == 429\"");
        lines.add("Header always set Link \"expr=<" + site.address() + "%{reqenv:SPILLWAY_PAGE}>; "
                + Headers.link(site).replace("\"", "\\\"") + "\" \"expr=" + refused(site) + "\"");
        Headers.constant()
                .forEach((name, value) ->
                        lines.add("Header always set %s \"%s\" \"expr=%s\"".formatted(name, value, refused(site))));
        return Template.lines(lines);
    }

    @Override
    public String inclusion(String path) {
        return "Include " + path;
    }

    @Override
    public Trial trial(KitSite site) {
        String kit = site.kit(this).toString();
        StringBuilder text = new StringBuilder("""
                ServerName localhost
                PidFile %1$s/pid
                ErrorLog %1$s/error.log
                TypesConfig /dev/null
                Listen 127.0.0.1:9
                """.formatted(kit));
        text.append(modules());
        text.append("Include ").append(kit).append("/notices.conf\n");
        return new Trial(
                List.of(new KitFile("trial.conf", text.toString())),
                List.of("apache2", "httpd"),
                List.of("-t", "-d", kit, "-f", kit + "/trial.conf"));
    }

    /** The modules that are installed and not built in. */
    static String modules() {
        StringBuilder text = new StringBuilder();
        for (String module : MODULES) {
            for (String folder : MODULE_FOLDERS) {
                Path file = Path.of(folder, "mod_" + module + ".so");
                if (Files.isRegularFile(file)) {
                    text.append("<IfModule !").append(module).append("_module>\n    LoadModule ");
                    text.append(module).append("_module ").append(file).append("\n</IfModule>\n");
                    break;
                }
            }
        }
        return text.toString();
    }
}
