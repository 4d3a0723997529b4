package io.spillway.notices.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * nginx: {@code limit_req}, {@code error_page} to an internal location, files read for each response. No reload is
 * needed for a new dump. Tested with 1.22.
 */
final class NginxKit implements ServerKit {
    /**
     * Statuses that neither nginx nor applications send; each is mapped to its refusal's status on the way to the
     * notice.
     */
    private static final int BLOCKED = 479;

    private static final int TOO_DEEP = 478;

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public List<KitFile> files(KitSite site) {
        return List.of(
                new KitFile("http.conf", http(site)),
                new KitFile("server.conf", server(site)),
                new KitFile("intercept.conf", intercept(site)));
    }

    private String http(KitSite site) {
        Limit limit = site.limit();
        PageCap cap = site.rules().pageCap();
        return Template.fill(
                "nginx-http.conf",
                Map.ofEntries(
                        Map.entry("kit", site.kit(this).toString()),
                        Map.entry("wish", Expressions.firstWish("?<spillway_tongue>", site.languages())),
                        Map.entry("languages", languages(site)),
                        Map.entry("covers", covers(site)),
                        Map.entry("free", rows(site.free(), "free")),
                        Map.entry("forms", forms()),
                        Map.entry("limited", rows(site.limitedExpressions(), "$binary_remote_addr")),
                        Map.entry("rate", limit.requests() + (limit.seconds() == 1 ? "r/s" : "r/m")),
                        Map.entry("retry_after", String.valueOf(limit.retryAfter())),
                        Map.entry("blocked", blocked(site)),
                        Map.entry("deep", cap == null ? "" : "\"~" + cap.expression() + "\" deep;")));
    }

    /** Matched case-insensitively. */
    private static String languages(KitSite site) {
        return Template.lines(site.languages().stream()
                .map(language -> language + " ." + language + ";")
                .toList());
    }

    private static String covers(KitSite site) {
        List<String> rows = new ArrayList<>();
        for (KitSite.Cover cover : site.covers()) {
            rows.add(KitSite.comment(cover.dataset()));
            rows.add("\"~" + Paths.covered(cover.path()) + "\" \""
                    + cover.dataset().name() + "/\";");
        }
        return Template.lines(rows);
    }

    private static String forms() {
        return Template.lines(Forms.rows("?<spillway_type>").stream()
                .map(row -> "\"~*" + row.expression() + "\" " + (row.any() ? "any;" : "$spillway_type;"))
                .toList());
    }

    private static String rows(List<String> expressions, String value) {
        return Template.lines(expressions.stream()
                .map(each -> "\"~" + each + "\" " + value + ";")
                .toList());
    }

    private static String blocked(KitSite site) {
        return Template.lines(site.rules().blocked().stream()
                .map(agent -> "\"~*" + Expressions.literal(agent) + "\" blocked;")
                .toList());
    }

    private String server(KitSite site) {
        List<String> unwanted = new ArrayList<>();
        StringBuilder locations = new StringBuilder();
        for (Refusal refusal : site.refusals()) {
            if (refusal == Refusal.BLOCKED) {
                unwanted.addAll(unwanted("blocked", BLOCKED, refusal));
            } else if (refusal == Refusal.TOO_DEEP) {
                unwanted.addAll(unwanted("deep", TOO_DEEP, refusal));
            }
            locations.append(Template.fill(
                    "nginx-location.conf",
                    Map.of(
                            "folder", site.folder().toString(),
                            "status", String.valueOf(refusal.status()),
                            "headers", headers(site, refusal),
                            "last_resort", site.lastResort(refusal))));
        }
        return Template.fill(
                "nginx-server.conf",
                Map.of(
                        "kit", site.kit(this).toString(),
                        "burst",
                                site.limit().burst() == 0
                                        ? ""
                                        : " burst=" + site.limit().burst() + " nodelay",
                        "unwanted", Template.lines(unwanted),
                        "locations", locations.toString()));
    }

    private static List<String> unwanted(String why, int internal, Refusal refusal) {
        return List.of(
                "if ($spillway_refused = %s) {".formatted(why),
                "    return %d;".formatted(internal),
                "}",
                "error_page %d =%d /__spillway/${spillway_dataset}%d$spillway_language.$spillway_format;"
                        .formatted(internal, refusal.status(), refusal.status()));
    }

    /** A location with headers of its own does not inherit those of outer levels, so each location sets all of them. */
    private static String headers(KitSite site, Refusal refusal) {
        List<String> lines = new ArrayList<>();
        if (refusal == Refusal.TOO_MANY) {
            lines.add("add_header Retry-After $spillway_retry_after always;");
        }
        lines.add("add_header Link '<%s$spillway_page>; %s' always;".formatted(site.address(), Headers.link(site)));
        Headers.constant().forEach((name, value) -> lines.add("add_header %s \"%s\" always;".formatted(name, value)));
        return Template.lines(lines);
    }

    private String intercept(KitSite site) {
        return Template.fill(
                "nginx-intercept.conf", Map.of("kit", site.kit(this).toString()));
    }

    @Override
    public String inclusion(String path) {
        return "include " + path + ";";
    }

    @Override
    public Trial trial(KitSite site) {
        String kit = site.kit(this).toString();
        String text = """
                pid %1$s/pid;
                error_log %1$s/error.log;
                events {
                }
                http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    include %1$s/http.conf;
                    server {
                        listen unix:%1$s/socket;
                        include %1$s/server.conf;
                        location / {
                            include %1$s/intercept.conf;
                            proxy_pass http://127.0.0.1:9;
                        }
                    }
                }
                """.formatted(kit);
        return new Trial(
                List.of(new KitFile("trial.conf", text)),
                List.of("nginx"),
                List.of("-t", "-q", "-p", kit, "-c", kit + "/trial.conf"));
    }
}
