package io.spillway.notices.kit;

import io.spillway.dataset.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Lines for a site's robots.txt (RFC 9309), to be copied by the operator: a comment that names the dumps for authors of
 * crawlers, the disallowed paths, and the sitemap. {@code Crawl-delay} is not part of that RFC; some crawlers honor it.
 *
 * @param covered    whether the paths that datasets cover are disallowed
 * @param disallow   further disallowed paths; {@code *} matches anything, {@code $} the end
 * @param crawlDelay seconds between two requests, 0 to omit it
 */
public record RobotsLines(boolean covered, List<String> disallow, int crawlDelay) {
    private static final Pattern RULE = Pattern.compile("/[A-Za-z0-9/_.~*$?=&+%,;:@!-]{0,500}");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z_-]+");
    private static final int HOUR = 3600;

    /** Throws {@link IllegalArgumentException} with a message for people on an invalid rule. */
    public RobotsLines {
        disallow = List.copyOf(disallow);
        for (String rule : disallow) {
            if (!RULE.matcher(rule).matches()) {
                throw new IllegalArgumentException("not a path for robots.txt: \"" + Line.of(rule) + "\"");
            }
        }
        if (crawlDelay < 0 || crawlDelay > HOUR) {
            throw new IllegalArgumentException("a crawl delay must be 0 to 3600 seconds, not " + crawlDelay);
        }
    }

    /** The lines for a site. Blocked programs are listed if they have a name that is valid in robots.txt. */
    public KitFile write(KitSite site) {
        List<String> disallowed = new ArrayList<>();
        if (covered) {
            site.covers().forEach(cover -> disallowed.addAll(closed(cover.path())));
        }
        disallow.forEach(rule -> disallowed.add("Disallow: " + rule));
        if (disallowed.isEmpty()) {
            disallowed.add("Disallow:");
        }
        List<String> delay = crawlDelay == 0
                ? List.of()
                : List.of(
                        "# Seconds between two requests: not in RFC 9309, and Google ignores it.",
                        "Crawl-delay: " + crawlDelay);
        List<String> blocked = new ArrayList<>();
        for (String agent : site.rules().blocked()) {
            if (TOKEN.matcher(agent).matches()) {
                blocked.addAll(List.of("User-agent: " + agent, "Disallow: /", ""));
            }
        }
        return new KitFile(
                "robots.txt",
                Template.fill(
                        "robots.txt",
                        Map.of(
                                "address", site.address().toString(),
                                "datasets", datasets(site),
                                "disallow", Template.lines(disallowed),
                                "delay", Template.lines(delay),
                                "blocked", Template.lines(blocked))));
    }

    /** A rule of robots.txt closes everything that begins with it, so that a path needs one for each way to go on. */
    private static List<String> closed(String rule) {
        boolean star = rule.endsWith("*");
        String path = Paths.encoded(star ? rule.substring(0, rule.length() - 1) : rule);
        if (star || path.endsWith("/")) {
            return List.of("Disallow: " + path);
        }
        return List.of("Disallow: " + path + "$", "Disallow: " + path + "/", "Disallow: " + path + "?");
    }

    private static String datasets(KitSite site) {
        List<String> lines = new ArrayList<>();
        for (Dataset dataset : site.datasets()) {
            lines.add("#   " + site.address() + dataset.name() + "/  " + Line.of(dataset.title()));
        }
        return Template.lines(lines);
    }
}
