package org.example.notices;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** The datasets of a {@code links.json}, as it is now or was a moment ago. Safe for use by many threads. */
final class SpillwayLinks {
    /** More files than these are counted; all of them are in links.json. */
    private static final int FILES = 10;

    private static final int TITLE = 200;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "gzip", "application/gzip",
            "zstd", "application/zstd",
            "xz", "application/x-xz",
            "bzip2", "application/x-bzip2",
            "jsonl", "application/jsonl",
            "bulk", "application/x-ndjson",
            "csv", "text/csv",
            "tar", "application/x-tar",
            "parquet", "application/vnd.apache.parquet");

    /** Nothing that could end an attribute, a header or a line. */
    private static final Pattern ADDRESS = Pattern.compile("https?://[A-Za-z0-9\\[][!#-;=?-\\[\\]_a-z~%]*");

    /** Controls, line ends, and what turns the direction of the text that follows. */
    private static final Pattern UNSHOWN = Pattern.compile("[\\x00-\\x20\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]+");

    private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * What is shown of a dataset.
     *
     * @param covers    paths of the site that the dump replaces
     * @param page      for people
     * @param brief     members of JSON, among other datasets
     * @param downloads members of JSON, by itself
     */
    record Listing(List<String> covers, String page, Map<String, Object> brief, Map<String, Object> downloads) {}

    private final String place;
    private final boolean remote;
    private final URI site;
    private final long checkNanos;
    private final HttpClient client;
    private final AtomicLong due = new AtomicLong(System.nanoTime());
    private final AtomicBoolean fetching = new AtomicBoolean();
    private String seen = "";
    private volatile List<Listing> datasets = List.of();

    /** Looks at a file before it returns; an address is asked for, not waited for. */
    SpillwayLinks(String place, String site, Duration check) {
        this.place = place;
        this.remote = place.matches("https?://.*");
        if (!remote && site == null) {
            throw new IllegalArgumentException(
                    "site is missing: the public address of the folder in which links.json lies");
        }
        this.site = URI.create(site == null ? place : site).resolve("./");
        Duration pause = check == null ? Duration.ofSeconds(remote ? 60 : 5) : check;
        this.checkNanos = pause.toNanos();
        HttpClient.Builder clients =
                HttpClient.newBuilder().connectTimeout(PATIENCE).followRedirects(HttpClient.Redirect.NORMAL);
        this.client = remote ? clients.build() : null;
        datasets();
    }

    /** Public address of the folder with the dumps, ending with a slash. */
    URI site() {
        return site;
    }

    /** Public address of links.json. */
    String address() {
        return remote ? place : site.resolve("links.json").toString();
    }

    /** All datasets. One call in so many seconds looks at the file; the others take what is known. */
    List<Listing> datasets() {
        long now = System.nanoTime();
        long before = due.get();
        if (now - before >= 0 && due.compareAndSet(before, now + checkNanos)) {
            if (remote) {
                fetchAside();
            } else {
                readFile(Path.of(place));
            }
        }
        return datasets;
    }

    /** The dataset with the longest path among what it covers, of two of one length the one without a star; or null. */
    static Listing covering(List<Listing> datasets, String path) {
        Listing best = null;
        int length = 0;
        for (Listing each : datasets) {
            for (String rule : each.covers()) {
                // Twice the length, and one more without a star.
                int rank = rule.endsWith("*") ? 2 * rule.length() - 2 : 2 * rule.length() + 1;
                if (rank > length && covers(rule, path)) {
                    best = each;
                    length = rank;
                }
            }
        }
        return best;
    }

    /**
     * A path covers itself and what is below it; with a star at its end, everything that begins with it. The rule may be
     * percent-encoded. Parameters after a semicolon, doubled slashes and the case of ASCII letters do not count.
     */
    private static boolean covers(String rule, String path) {
        boolean star = rule.endsWith("*");
        String start = plain(decoded(star ? rule.substring(0, rule.length() - 1) : rule));
        String asked = plain(path);
        return asked.startsWith(start)
                && (star
                        || rule.endsWith("/")
                        || asked.length() == start.length()
                        || asked.charAt(start.length()) == '/');
    }

    /** A path as applications compare it. */
    private static String plain(String path) {
        String plain = path.replaceAll(";[^/]*", "").replaceAll("/+", "/");
        return CAPITALS.matcher(plain).replaceAll(letters -> letters.group().toLowerCase(Locale.ROOT));
    }

    private static String decoded(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return path;
        }
    }

    private synchronized void readFile(Path file) {
        try {
            var now = Files.readAttributes(file, BasicFileAttributes.class);
            String mark = now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
            if (!mark.equals(seen)) {
                datasets = parse(Files.readAllBytes(file));
                seen = mark;
            }
        } catch (IOException | IllegalArgumentException e) {
            // No file, or no such file: addresses that nobody vouches for are not given.
            datasets = List.of();
            seen = "";
        }
    }

    private void fetchAside() {
        if (!fetching.compareAndSet(false, true)) {
            return;
        }
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(place)).timeout(PATIENCE).build();
        var exchange = client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        // The request's own time limit ends with the headers.
        exchange.copy()
                .orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .thenAccept(this::take)
                .whenComplete((nothing, e) -> {
                    // A server that is away for a while takes nothing back: dumps stay where they are.
                    exchange.cancel(true);
                    fetching.set(false);
                });
    }

    private void take(HttpResponse<byte[]> answer) {
        if (answer.statusCode() == 200) {
            try {
                datasets = parse(answer.body());
            } catch (IOException | IllegalArgumentException e) {
                // As where there is no answer.
            }
        } else if (answer.statusCode() == 404 || answer.statusCode() == 410) {
            datasets = List.of();
        }
    }

    /** Fails with IOException or IllegalArgumentException where it is no links.json of version 1. */
    private List<Listing> parse(byte[] bytes) throws IOException {
        JsonNode document = MAPPER.readTree(bytes);
        if (document.path("format_version").asInt() != 1
                || !document.path("datasets").isArray()) {
            throw new IllegalArgumentException("no links.json of version 1");
        }
        List<Listing> listings = new ArrayList<>();
        for (JsonNode each : document.path("datasets")) {
            listings.add(listing(each));
        }
        return listings;
    }

    private Listing listing(JsonNode each) {
        String page = whole(each.required("page").asText());
        page = page == null ? site.toString() : page;
        List<String> covers = new ArrayList<>();
        each.path("covers").forEach(prefix -> covers.add(prefix.asText()));
        List<Map<String, Object>> files = new ArrayList<>();
        for (JsonNode file : each.required("files")) {
            Map<String, Object> shown = file(file, each.path("mirrors"));
            if (!((List<?>) shown.get("urls")).isEmpty()) {
                files.add(shown);
            }
        }
        Map<String, Object> brief = new LinkedHashMap<>();
        brief.put("dataset", each.required("dataset").asText());
        brief.put("title", line(each.required("title").asText()));
        brief.put("page", page);
        brief.put("dump", each.required("dump").asText());
        brief.put("generated", each.required("taken_at").asText());
        brief.put("documents", each.required("documents").asLong());
        brief.put("bytes", each.required("bytes").asLong());
        put(brief, "license", each.path("license").asText(null));
        JsonNode custom = each.path("custom_license");
        put(brief, "license_name", custom.isObject() ? line(custom.required("name").asText()) : null);
        Map<String, Object> downloads = new LinkedHashMap<>();
        downloads.put("availability", "available");
        downloads.putAll(brief);
        downloads.remove("page");
        put(downloads, "next_due", each.path("next_due").asText(null));
        put(downloads, "describedby", whole(each.required("manifest").asText()));
        put(downloads, "checksums", whole(each.required("checksums").asText()));
        downloads.put("links", address());
        downloads.put("files_total", files.size());
        downloads.put("files", files.subList(0, Math.min(FILES, files.size())));
        return new Listing(covers, page, brief, downloads);
    }

    private Map<String, Object> file(JsonNode file, JsonNode mirrors) {
        String name = file.required("name").asText();
        List<String> urls = new ArrayList<>();
        add(urls, whole(file.required("address").asText()));
        mirrors.forEach(mirror -> add(urls, whole(mirror.asText(), name)));
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", name);
        String format = MEDIA_TYPES.getOrDefault(file.path("format").asText(), "application/octet-stream");
        shown.put(
                "media_type", MEDIA_TYPES.getOrDefault(file.path("compression").asText(), format));
        shown.put("bytes", file.required("bytes").asLong());
        shown.put("documents", file.required("documents").asLong());
        shown.put("sha256", file.required("sha256").asText());
        shown.put("urls", urls);
        return shown;
    }

    /** The whole address, or null where it is not one for a link. */
    private String whole(String reference) {
        try {
            String whole = site.resolve(reference).toString();
            return ADDRESS.matcher(whole).matches() ? whole : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The address of a file that is beside another one. */
    private String whole(String beside, String name) {
        String base = whole(beside);
        try {
            return base == null ? null : whole(URI.create(base).resolve(name).toString());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void put(Map<String, Object> map, String name, String value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    private static void add(List<String> list, String value) {
        if (value != null) {
            list.add(value);
        }
    }

    /** One line of what can be seen. */
    private static String line(String text) {
        String line = UNSHOWN.matcher(text).replaceAll(" ").strip();
        return line.codePointCount(0, line.length()) <= TITLE
                ? line
                : line.substring(0, line.offsetByCodePoints(0, TITLE - 1)) + "…";
    }
}
