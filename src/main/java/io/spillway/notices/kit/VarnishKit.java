package io.spillway.notices.kit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Varnish: {@code vsthrottle}, and a notice that is fetched from a web server and gets the refusal's status. The only
 * kit whose {@code Retry-After} is the remaining time. Tested with 7.1.
 */
final class VarnishKit implements ServerKit {
    @Override
    public String name() {
        return "varnish";
    }

    @Override
    public boolean needsFileServer() {
        return true;
    }

    @Override
    public List<KitFile> files(KitSite site) {
        FileServer server = FileServer.of(site, this);
        Limit limit = site.limit();
        return List.of(new KitFile(
                "notices.vcl",
                Template.fill(
                        "varnish-notices.vcl",
                        Map.ofEntries(
                                Map.entry("kit", site.kit(this).toString()),
                                Map.entry("host", server.host()),
                                Map.entry("port", String.valueOf(server.port())),
                                Map.entry("server", server.authority()),
                                Map.entry("path", server.path()),
                                Map.entry("language", site.languages().get(0)),
                                Map.entry("languages", languages(site)),
                                Map.entry("free", Expressions.anyOf(site.freeAsSent())),
                                Map.entry("limited", limited(site)),
                                Map.entry("blocked", blocked(site)),
                                Map.entry("deep", deep(site)),
                                Map.entry("requests", String.valueOf(limit.atOnce())),
                                Map.entry("window", period(limit)),
                                Map.entry("forms", forms()),
                                Map.entry("retry_after", String.valueOf(limit.retryAfter())),
                                Map.entry("covers", covers(site)),
                                Map.entry("address", site.address().toString()),
                                Map.entry("link", Headers.link(site)),
                                Map.entry("statuses", statuses(site)),
                                Map.entry("headers", headers()),
                                Map.entry("bodies", bodies(site, "req")),
                                Map.entry("backend_bodies", bodies(site, "bereq"))))));
    }

    /** Seconds in which the token bucket refills. */
    private static String period(Limit limit) {
        return BigDecimal.valueOf(limit.atOnce() * limit.intervalMicros(), 6)
                .setScale(3, RoundingMode.UP)
                .toPlainString();
    }

    private static String forms() {
        List<String> lines = new ArrayList<>();
        for (Forms.Row row : Forms.rows("")) {
            lines.add((lines.isEmpty() ? "if" : "elsif") + " (req.http.Accept ~ \"(?i)" + row.expression() + "\") {");
            lines.add("    set req.http.X-Spillway-Form = "
                    + (row.any()
                            ? "\"any\";"
                            : "regsub(req.http.Accept, \"(?i)^.*?" + row.expression() + ".*$\", \"\\1\");"));
            lines.add("}");
        }
        return Template.lines(lines);
    }

    private static String languages(KitSite site) {
        return Template.lines(site.languages().stream()
                .map(language -> "spillway_languages.add(\"" + language + "\");")
                .toList());
    }

    private static String limited(KitSite site) {
        return Expressions.anyOf(
                site.limited().stream().map(Paths::coveredBeforeAQuery).toList());
    }

    private static String blocked(KitSite site) {
        List<String> agents =
                site.rules().blocked().stream().map(Expressions::literal).toList();
        return agents.isEmpty() ? "" : """
                if (req.http.User-Agent ~ "(?i)%s") {
                    set req.http.X-Spillway-Status = "403";
                    return;
                }
                """.formatted(Expressions.anyOf(agents));
    }

    private static String deep(KitSite site) {
        PageCap cap = site.rules().pageCap();
        return cap == null ? "" : """
                if (regsub(req.url, "^[^?]*\\?", "") ~ "%s") {
                    set req.http.X-Spillway-Status = "400";
                    return;
                }
                """.formatted(cap.expression());
    }

    private static String covers(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (KitSite.Cover cover : site.covers()) {
            String word = lines.isEmpty() ? "if" : "elsif";
            lines.add(KitSite.comment(cover.dataset()));
            lines.add(word + " (req.url ~ \"" + Paths.coveredBeforeAQuery(cover.path()) + "\") {");
            lines.add("    set req.http.X-Spillway-Page = \"" + cover.dataset().name() + "/\";");
            lines.add("}");
        }
        return Template.lines(lines);
    }

    private static String statuses(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (Refusal refusal : site.refusals()) {
            lines.add("if (req.http.X-Spillway-Status == \"" + refusal.status() + "\") {");
            lines.add("    set resp.status = " + refusal.status() + ";");
            lines.add("    set resp.reason = \"" + refusal.reason() + "\";");
            lines.add("}");
        }
        return Template.lines(lines);
    }

    private static String headers() {
        List<String> lines = new ArrayList<>();
        Headers.constant().forEach((name, value) -> lines.add("set resp.http.%s = \"%s\";".formatted(name, value)));
        return Template.lines(lines);
    }

    private static String bodies(KitSite site, String request) {
        List<String> lines = new ArrayList<>();
        for (Refusal refusal : site.refusals()) {
            lines.add("if (" + request + ".http.X-Spillway-Status == \"" + refusal.status() + "\") {");
            lines.add("    synthetic({\"" + site.lastResort(refusal) + "\"});");
            lines.add("}");
        }
        return Template.lines(lines);
    }

    @Override
    public String inclusion(String path) {
        return "include \"" + path + "\";";
    }

    @Override
    public Trial trial(KitSite site) {
        // Without a jail: as root it would read the files as a user without access to them.
        String kit = site.kit(this).toString();
        String text = """
                vcl 4.1;
                backend application {
                    .host = "127.0.0.1";
                    .port = "9";
                }
                include "%s/notices.vcl";
                """.formatted(kit);
        return new Trial(
                List.of(new KitFile("trial.vcl", text)),
                List.of("varnishd"),
                List.of("-j", "none", "-C", "-n", kit + "/work", "-f", kit + "/trial.vcl"));
    }
}
