package io.spillway.notices.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Caddy: {@code handle_response} of {@code reverse_proxy}, which replaces an application's 429 by a file. Caddy has no
 * limiter. Tested with 2.6.
 */
final class CaddyKit implements ServerKit {
    @Override
    public String name() {
        return "caddy";
    }

    @Override
    public List<KitFile> files(KitSite site) {
        return List.of(new KitFile(
                "notices.caddy",
                Template.fill(
                        "caddy-notices.caddy",
                        Map.ofEntries(
                                Map.entry("folder", site.folder().toString()),
                                Map.entry("kit", site.kit(this).toString()),
                                Map.entry("covers", covers(site)),
                                Map.entry("wish", Expressions.firstWish("", site.languages())),
                                Map.entry("forms", forms()),
                                Map.entry("languages", languages(site)),
                                Map.entry("unwanted", unwanted(site)),
                                Map.entry(
                                        "retry_after",
                                        String.valueOf(site.limit().retryAfter())),
                                Map.entry("last", quoted(site.lastResort(Refusal.TOO_MANY))),
                                // The page adds its own leading slash.
                                Map.entry("address", site.bareAddress()),
                                Map.entry("link", Headers.link(site)),
                                Map.entry("headers", headers())))));
    }

    private static String covers(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (KitSite.Cover cover : site.covers()) {
            lines.add(KitSite.comment(cover.dataset()));
            lines.add(quoted("~" + Paths.covered(cover.path())) + " /"
                    + cover.dataset().name() + "/");
        }
        return Template.lines(lines);
    }

    private static String forms() {
        return Template.lines(Forms.rows("").stream()
                .map(row -> quoted("~(?i)" + row.expression()) + (row.any() ? " any" : " \"${1}\""))
                .toList());
    }

    private static String languages(KitSite site) {
        return Template.lines(site.languages().stream()
                .map(language -> quoted("~(?i)^" + language + "$") + " ." + language)
                .toList());
    }

    private static String unwanted(KitSite site) {
        StringBuilder text = new StringBuilder();
        List<String> agents =
                site.rules().blocked().stream().map(Expressions::literal).toList();
        if (!agents.isEmpty()) {
            text.append(Template.fill(
                    "caddy-blocked.caddy",
                    Map.of(
                            "blocked", Expressions.anyOf(agents),
                            "free", Expressions.anyOf(site.free()),
                            "last", quoted(site.lastResort(Refusal.BLOCKED)))));
        }
        PageCap cap = site.rules().pageCap();
        if (cap != null) {
            text.append(Template.fill(
                    "caddy-deep.caddy",
                    Map.of(
                            "limited", Expressions.anyOf(site.limitedExpressions()),
                            "cap", "\"" + cap.expressionOfRe2() + "\"",
                            "last", quoted(site.lastResort(Refusal.TOO_DEEP)))));
        }
        return text.toString();
    }

    private static String headers() {
        List<String> lines = new ArrayList<>();
        Headers.constant().forEach((name, value) -> lines.add("header " + name + " \"" + value + "\""));
        return Template.lines(lines);
    }

    /** Text between backticks is literal, and ours contains no backticks. */
    private static String quoted(String text) {
        return "`" + text + "`";
    }

    @Override
    public String inclusion(String path) {
        return "import " + path;
    }

    @Override
    public Trial trial(KitSite site) {
        String kit = site.kit(this).toString();
        String text = """
                {
                	admin off
                	auto_https off
                	storage file_system %1$s/storage
                }
                import %1$s/notices.caddy
                http://127.0.0.1:9 {
                	bind 127.0.0.1
                	import spillway 127.0.0.1:10
                }
                """.formatted(kit);
        return new Trial(
                List.of(new KitFile("Caddyfile", text)),
                List.of("caddy"),
                List.of("validate", "--config", kit + "/Caddyfile", "--adapter", "caddyfile"));
    }
}
