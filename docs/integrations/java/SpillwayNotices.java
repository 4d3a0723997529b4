package org.example.notices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a refused client is told: which files hold what it asked for. Reads the {@code links.json} of a Spillway site,
 * with Jackson 2 and the JDK (17 or newer). Copy this file and SpillwayLinks beside those for your framework. Settings,
 * answers and what happens without {@code links.json}: README.md one folder up.
 *
 * <p>Safe for use by many threads; one for an application is enough.
 */
public final class SpillwayNotices {
    /** What people read. A site replaces what it says otherwise, or all of it in another language. */
    public static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry("language", "en"),
            Map.entry("429.title", "Too Many Requests"),
            Map.entry("429.detail", "You are sending requests faster than this site allows."),
            Map.entry("403.title", "Forbidden"),
            Map.entry("403.detail", "This program may not read the site page by page."),
            Map.entry("400.title", "Bad Request"),
            Map.entry("400.detail", "This page lies deeper than the site can look."),
            Map.entry(
                    "dataset",
                    "Everything that you are asking for, and all the rest of {title}, is in the files below,"
                            + " as of {date}. Please download those instead: {documents} documents, {bytes} bytes."),
            Map.entry("site", "Whole datasets are in files. Please download those instead."),
            Map.entry("nothing", "How to get the data: {documentation}"),
            Map.entry("more", "and {count} more: {links}"),
            Map.entry("documents", "documents"),
            Map.entry("bytes", "bytes"),
            Map.entry("page", "Checksums, licence, history and how to fetch the files"),
            Map.entry("documentation", "Documentation"),
            Map.entry("contact", "Contact"));

    /** More datasets than these are counted; all of them are in links.json. */
    private static final int DATASETS = 20;

    private static final Map<String, Kind> KINDS = Map.of(
            "application/problem+json", Kind.JSON,
            "application/json", Kind.JSON,
            "text/html", Kind.HTML,
            "application/xhtml+xml", Kind.HTML,
            "text/plain", Kind.TEXT);

    private static final Map<Integer, String> PROBLEMS =
            Map.of(429, "#rate-limited", 403, "#blocked", 400, "#page-too-deep");

    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)\\}");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private enum Kind {
        JSON("application/problem+json"),
        HTML("text/html;charset=utf-8"),
        TEXT("text/plain;charset=utf-8");

        final String contentType;

        Kind(String contentType) {
            this.contentType = contentType;
        }
    }

    /**
     * How it is set up.
     *
     * @param links         path of links.json on this machine, or its address. A file is looked at once in {@code check}
     *                      at most, and read where it has changed; an address is fetched aside, so that no request waits
     *                      for it
     * @param site          public address of the folder with the dumps, or null; needed where links is a path
     * @param documentation address of a page that says how the data may be had, or null for the site's
     * @param contact       address of a page, or mailto:, or null
     * @param problems      what the problem types' addresses begin with, or null for the page beside Spillway's own
     *                      notices; {@code #rate-limited} and so on follow
     * @param texts         replaces entries of {@link #TEXTS}
     * @param check         null for 5 seconds for a file, 60 for an address
     */
    public record Settings(
            String links,
            String site,
            String documentation,
            String contact,
            String problems,
            Map<String, String> texts,
            Duration check) {
        /** The least that is needed. */
        public static Settings of(String links, String site) {
            return new Settings(links, site, null, null, null, Map.of(), null);
        }
    }

    /**
     * One request, as far as it matters here.
     *
     * @param path      decoded, without the query, with the context path of the application
     * @param accept    the header, or null
     * @param userAgent the header, or null
     */
    public record Request(String path, String accept, String userAgent) {}

    /**
     * An answer as every framework can send it.
     *
     * @param headers among them Content-Type
     */
    public record Answer(int status, Map<String, String> headers, byte[] body) {}

    private final Settings settings;
    private final SpillwayLinks links;
    private final String documentation;
    private final String problems;
    private final Map<String, String> texts;

    /** Looks at a file before it returns; an address is asked for, not waited for. */
    public SpillwayNotices(Settings settings) {
        this.settings = settings;
        this.links = new SpillwayLinks(settings.links(), settings.site(), settings.check());
        String site = links.site().toString();
        this.documentation = settings.documentation() == null ? site : settings.documentation();
        this.problems = settings.problems() == null ? site + "notices/problems.html" : settings.problems();
        this.texts = new LinkedHashMap<>(TEXTS);
        this.texts.putAll(settings.texts());
    }

    /**
     * The answer to one request.
     *
     * @param status     429, 403 or 400
     * @param retryAfter from the limiter, or null; at least a second, and rounded up to one
     * @param detail     says instead of the standard text why the client is refused, or null
     */
    public Answer answer(int status, Request request, Duration retryAfter, String detail) {
        Kind kind = negotiate(request);
        Map<String, Object> problem = problem(status, request.path(), detail);
        String body = kind == Kind.JSON ? json(problem) : kind == Kind.HTML ? html(problem) : text(problem);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", kind.contentType);
        headers.put("Cache-Control", "no-store");
        headers.put("Vary", "Accept, User-Agent");
        headers.put(
                "Link",
                "<%s>; rel=\"help\", <%s>; rel=\"describedby\"; type=\"application/json\""
                        .formatted(problem.get("help"), links.address()));
        if (retryAfter != null) {
            headers.put(
                    "Retry-After",
                    String.valueOf(Math.max(1, retryAfter.plusNanos(999_999_999).toSeconds())));
        }
        return new Answer(status, headers, body.getBytes(UTF_8));
    }

    // Bodies

    private Map<String, Object> problem(int status, String path, String detail) {
        List<SpillwayLinks.Listing> known = links.datasets();
        SpillwayLinks.Listing dataset = SpillwayLinks.covering(known, path);
        String why = (detail == null ? texts.get(status + ".detail") : detail) + " ";
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", problems + PROBLEMS.get(status));
        problem.put("title", texts.get(status + ".title"));
        problem.put("status", status);
        problem.put("detail", why + fill("nothing", Map.of("documentation", documentation)));
        problem.put("help", documentation);
        problem.put("documentation", documentation);
        put(problem, "contact", settings.contact());
        if (dataset != null) {
            Map<String, Object> values = new LinkedHashMap<>(dataset.downloads());
            values.put("date", String.valueOf(values.get("generated")).replaceFirst("T.*", ""));
            problem.put("detail", why + fill("dataset", values));
            problem.put("help", dataset.page());
            problem.put("bulk_downloads", dataset.downloads());
            return problem;
        }
        Map<String, Object> downloads = new LinkedHashMap<>();
        downloads.put("availability", known.isEmpty() ? "none" : "available");
        if (!known.isEmpty()) {
            problem.put("detail", why + texts.get("site"));
            problem.put("help", links.site().toString());
            downloads.put("links", links.address());
        }
        downloads.put("datasets_total", known.size());
        downloads.put(
                "datasets",
                known.stream().limit(DATASETS).map(SpillwayLinks.Listing::brief).toList());
        problem.put("bulk_downloads", downloads);
        return problem;
    }

    private static String json(Map<String, Object> problem) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(problem) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String text(Map<String, Object> problem) {
        List<String> lines = new ArrayList<>();
        lines.add(problem.get("status") + " " + problem.get("title"));
        lines.addAll(List.of("", (String) problem.get("detail")));
        if (isAvailable(problem)) {
            lines.add("");
        }
        for (Map<?, ?> file : shown(problem, "files")) {
            ((List<?>) file.get("urls")).forEach(url -> lines.add((String) url));
            lines.add("  " + counts(file));
            lines.add("  sha256 " + file.get("sha256"));
        }
        shown(problem, "datasets").forEach(each -> lines.add(each.get("title") + ": " + each.get("page")));
        lines.addAll(more(problem));
        lines.add("");
        if (isAvailable(problem)) {
            lines.add(texts.get("page") + ": " + problem.get("help"));
        }
        lines.add(texts.get("documentation") + ": " + documentation);
        if (settings.contact() != null) {
            lines.add(texts.get("contact") + ": " + settings.contact());
        }
        return String.join("\n", lines) + "\n";
    }

    /** Stands alone: scripts, styles and pictures would be refused too. Well-formed as XML as well. */
    private String html(Map<String, Object> problem) {
        List<String> items = new ArrayList<>();
        for (Map<?, ?> file : shown(problem, "files")) {
            StringBuilder item = new StringBuilder();
            ((List<?>) file.get("urls"))
                    .forEach(url -> item.append(link(url, url)).append(' '));
            items.add(item.append("<br/>") + escape(counts(file) + ", SHA-256 " + file.get("sha256")));
        }
        for (Map<?, ?> each : shown(problem, "datasets")) {
            String title = "<bdi>" + escape(each.get("title")) + "</bdi>";
            items.add("<a href=\"" + escape(each.get("page")) + "\">" + title + "</a>");
        }
        more(problem).forEach(more -> items.add(link(links.address(), more)));
        if (isAvailable(problem)) {
            items.add(link(problem.get("help"), texts.get("page")));
        }
        items.add(link(documentation, texts.get("documentation")));
        if (settings.contact() != null) {
            items.add(link(settings.contact(), texts.get("contact")));
        }
        String title = escape(problem.get("status") + " " + problem.get("title"));
        return """
                <!DOCTYPE html>
                <html xmlns="http://www.w3.org/1999/xhtml" lang="%s">
                <head><meta charset="utf-8"/><title>%s</title>
                <meta name="viewport" content="width=device-width"/>
                <meta name="color-scheme" content="light dark"/></head>
                <body><h1>%s</h1><p>%s</p><ul>
                <li>%s</li>
                </ul></body></html>
                """.formatted(
                        escape(texts.get("language")),
                        title,
                        title,
                        escape(problem.get("detail")),
                        String.join("</li>\n<li>", items));
    }

    private static String link(Object address, Object text) {
        return "<a href=\"" + escape(address) + "\">" + escape(text) + "</a>";
    }

    private static boolean isAvailable(Map<String, Object> problem) {
        return "available".equals(((Map<?, ?>) problem.get("bulk_downloads")).get("availability"));
    }

    private String counts(Map<?, ?> file) {
        return "%s %s, %s %s"
                .formatted(file.get("documents"), texts.get("documents"), file.get("bytes"), texts.get("bytes"));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> shown(Map<String, Object> problem, String member) {
        Map<String, Object> downloads = (Map<String, Object>) problem.get("bulk_downloads");
        return (List<Map<String, Object>>) downloads.getOrDefault(member, List.of());
    }

    private List<String> more(Map<String, Object> problem) {
        Map<?, ?> downloads = (Map<?, ?>) problem.get("bulk_downloads");
        String member = downloads.containsKey("files") ? "files" : "datasets";
        int count =
                (int) downloads.get(member + "_total") - shown(problem, member).size();
        return count == 0 ? List.of() : List.of(fill("more", Map.of("count", count, "links", links.address())));
    }

    private String fill(String text, Map<String, ?> values) {
        return PLACE.matcher(texts.get(text)).replaceAll(found -> {
            Object value = values.get(found.group(1));
            return Matcher.quoteReplacement(value == null ? found.group() : value.toString());
        });
    }

    private static void put(Map<String, Object> map, String name, String value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    private static String escape(Object text) {
        StringBuilder escaped = new StringBuilder();
        for (char each : String.valueOf(text).toCharArray()) {
            if ("&<>\"'".indexOf(each) >= 0) {
                escaped.append("&#").append((int) each).append(';');
            } else {
                escaped.append(each);
            }
        }
        return escaped.toString();
    }

    /**
     * Highest quality first, then what is named before what a star means, then the client's order. What nobody can
     * serve gets JSON, and so does a star by itself, except from curl and Wget, behind which people sit.
     */
    private static Kind negotiate(Request request) {
        Kind chosen = null;
        boolean decided = false;
        double best = 0;
        for (String part : (request.accept() == null ? "" : request.accept())
                .toLowerCase(Locale.ROOT)
                .split(",")) {
            String[] pieces = part.strip().split("\\s*;\\s*", -1);
            Kind kind = KINDS.get(pieces[0]);
            double quality = quality(pieces);
            boolean served = kind != null || pieces[0].equals("*/*");
            if (served && (quality > best || (quality == best && decided && chosen == null && kind != null))) {
                chosen = kind;
                best = quality;
                decided = true;
            }
        }
        if (chosen != null) {
            return chosen;
        }
        String agent = request.userAgent() == null ? "" : request.userAgent().toLowerCase(Locale.ROOT);
        return agent.startsWith("curl/") || agent.startsWith("wget/") ? Kind.TEXT : Kind.JSON;
    }

    private static double quality(String[] pieces) {
        for (String each : pieces) {
            if (each.startsWith("q=")) {
                try {
                    return Double.parseDouble(each.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
