package io.spillway.notices.kit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * HAProxy: a stick table, and a backend that fetches the notice from a web server and sets the status. {@code
 * http-request return file} would serve the content read at startup, and fail to start without the file. Tested with
 * 2.6.
 */
final class HaproxyKit implements ServerKit {
    private static final long MOST_TOLERANCE = 900_000_000;

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public boolean needsFileServer() {
        return true;
    }

    @Override
    public List<KitFile> files(KitSite site) {
        return List.of(
                new KitFile("notices.cfg", notices(site)),
                new KitFile("frontend.cfg", frontend(site)),
                new KitFile("covers.map", covers(site)),
                new KitFile("limited.lst", Template.lines(site.limitedExpressions())),
                new KitFile("accept.map", accept()),
                new KitFile("free.lst", Template.lines(site.free())),
                new KitFile("blocked.lst", Template.lines(site.rules().blocked())),
                new KitFile("429.http", lastResort(site)));
    }

    private String notices(KitSite site) {
        FileServer server = FileServer.of(site, this);
        Limit limit = site.limit();
        return Template.fill(
                "haproxy-notices.cfg",
                Map.ofEntries(
                        Map.entry("kit", site.kit(this).toString()),
                        Map.entry("expire", String.valueOf(expire(limit))),
                        Map.entry("languages", String.join(";", site.languages())),
                        Map.entry("language", site.languages().get(0)),
                        // The page adds its own leading slash.
                        Map.entry(
                                "path", server.path().substring(0, server.path().length() - 1)),
                        Map.entry("host", server.authority()),
                        Map.entry("server", server.authority()),
                        Map.entry("missing", missing(site)),
                        Map.entry("statuses", statuses(site)),
                        Map.entry("retry_after", String.valueOf(limit.retryAfter())),
                        Map.entry("headers", headers(site))));
    }

    /** Lower case, as the header is converted before the lookup. */
    private static String accept() {
        return Template.lines(Forms.rows("").stream()
                .map(row -> row.expression() + (row.any() ? " any" : " \\1"))
                .toList());
    }

    /** Seconds after which a client's counter is back to zero, whatever it was. */
    private static long expire(Limit limit) {
        return Math.max(2L * limit.window(), 2 + limit.atOnce() * limit.intervalMicros() / 1_000_000);
    }

    private static String missing(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (Refusal refusal : site.refusals()) {
            StringBuilder line = new StringBuilder(
                    "http-response return status %d content-type application/problem+json".formatted(refusal.status()));
            line.append(" string '").append(site.lastResort(refusal)).append("'");
            if (refusal == Refusal.TOO_MANY) {
                line.append(" hdr Retry-After ").append(site.limit().retryAfter());
            }
            line.append(" hdr Link ").append(link(site));
            Headers.constant()
                    .forEach((name, value) -> line.append(" hdr ")
                            .append(name)
                            .append(" '")
                            .append(value)
                            .append("'"));
            line.append(" if !{ status 200 } { var(txn.spillway_status) -m str %d }".formatted(refusal.status()));
            lines.add(line.toString());
        }
        return Template.lines(lines);
    }

    private static String statuses(KitSite site) {
        return Template.lines(site.refusals().stream()
                .map(refusal -> "http-response set-status %d reason '%s' if { var(txn.spillway_status) -m str %d }"
                        .formatted(refusal.status(), refusal.reason(), refusal.status()))
                .toList());
    }

    private static String headers(KitSite site) {
        List<String> lines = new ArrayList<>();
        lines.add("http-response set-header Link " + link(site));
        Headers.constant()
                .forEach((name, value) -> lines.add("http-response set-header %s '%s'".formatted(name, value)));
        return Template.lines(lines);
    }

    /** The variable starts with a slash. */
    private static String link(KitSite site) {
        return "'<" + literal(site.bareAddress()) + "%[var(txn.spillway_page)]>; " + literal(Headers.link(site)) + "'";
    }

    /** A percent sign begins a variable in a format of HAProxy's. */
    private static String literal(String text) {
        return text.replace("%", "%%");
    }

    private String frontend(KitSite site) {
        Limit limit = site.limit();
        // A counter of HAProxy has 32 bits, and is compared in whole units.
        boolean slow = limit.intervalMicros() >= 10_000;
        long interval = slow ? limit.intervalMicros() / 1_000 : limit.intervalMicros();
        long tolerance = Math.min(limit.burst() * interval, MOST_TOLERANCE);
        return Template.fill(
                "haproxy-frontend.cfg",
                Map.ofEntries(
                        Map.entry("kit", site.kit(this).toString()),
                        Map.entry("unit", slow ? "ms" : "us"),
                        Map.entry("interval", String.valueOf(interval)),
                        Map.entry("tolerance", String.valueOf(tolerance)),
                        Map.entry("most", String.valueOf(tolerance + interval)),
                        Map.entry("unwanted", unwanted(site)),
                        Map.entry("retry_after", String.valueOf(limit.retryAfter())),
                        Map.entry("address", literal(site.address().toString())),
                        Map.entry("link", literal(Headers.link(site)))));
    }

    private String unwanted(KitSite site) {
        List<String> lines = new ArrayList<>();
        PageCap cap = site.rules().pageCap();
        if (cap != null) {
            lines.add("http-request set-var(txn.spillway_status) str(400) if { var(txn.spillway_counts) -m bool } "
                    + "{ query -m reg '" + cap.expression() + "' }");
        }
        if (!site.rules().blocked().isEmpty()) {
            String blocked =
                    "http-request set-var(txn.spillway_status) str(403) if { req.fhdr(user-agent) -m sub -i -f "
                            + site.kit(this).resolve("blocked.lst") + " } !{ var(txn.spillway_preflight) -m bool } ";
            lines.add(blocked + "!spillway_free");
            lines.add(blocked + "spillway_odd");
        }
        return Template.lines(lines);
    }

    private static String covers(KitSite site) {
        StringBuilder map = new StringBuilder();
        for (KitSite.Cover cover : site.covers()) {
            map.append(KitSite.comment(cover.dataset())).append('\n');
            map.append(Paths.covered(cover.path()))
                    .append(" /")
                    .append(cover.dataset().name())
                    .append("/\n");
        }
        return map.toString();
    }

    /** A complete response as HAProxy sends it: lines end with CR LF, and the length is correct. */
    private static String lastResort(KitSite site) {
        String body = site.lastResort(Refusal.TOO_MANY) + "\n";
        StringBuilder text = new StringBuilder("HTTP/1.1 429 Too Many Requests\r\n");
        text.append("Content-Type: application/problem+json\r\n");
        text.append("Content-Length: ")
                .append(body.getBytes(StandardCharsets.UTF_8).length)
                .append("\r\n");
        text.append("Retry-After: ").append(site.limit().retryAfter()).append("\r\n");
        text.append("Link: <")
                .append(site.address())
                .append(">; ")
                .append(Headers.link(site))
                .append("\r\n");
        Headers.constant()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").append(body).toString();
    }

    /** HAProxy has no include: it refuses to start with the old file, and prints this message. */
    @Override
    public String inclusion(String path) {
        return path.endsWith(".cfg")
                ? ".alert \"Spillway's configuration has moved: start haproxy with -f " + path.replaceAll("[^/]*$", "")
                        + "notices.cfg, and copy frontend.cfg from there again\""
                : "";
    }

    @Override
    public Trial trial(KitSite site) {
        String kit = site.kit(this).toString();
        String text = """
                defaults
                    mode http
                    timeout connect 2s
                    timeout client 10s
                    timeout server 10s
                frontend trial
                    bind unix@%s/socket
                """.formatted(kit) + frontend(site) + """
                    default_backend trial
                backend trial
                    server application 127.0.0.1:9
                """;
        return new Trial(
                List.of(new KitFile("trial.cfg", text)),
                List.of("haproxy"),
                List.of("-c", "-f", kit + "/trial.cfg", "-f", kit + "/notices.cfg"));
    }
}
