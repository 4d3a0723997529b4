package io.spillway.destination.s3;

import io.spillway.destination.ObjectKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * HTTP headers of an object. There is never a content encoding, because clients would decode the bytes and the
 * checksums would not match.
 *
 * @param contentType  from its file extension
 * @param disposition  makes browsers save data under its own name; null for content that browsers display
 * @param cacheControl forever for the content of a dated dump, a minute for its manifest and for replaceable objects
 */
record ObjectHeaders(String contentType, @Nullable String disposition, String cacheControl) {
    static final String IMMUTABLE = "public, max-age=31536000, immutable";
    static final String SHORT = "public, max-age=60";

    private static final Pattern DATED = Pattern.compile("(.*/)?\\d{4}-\\d{2}-\\d{2}T\\d{6}Z/[^/]+");
    /** Files that state whether a dump exists, is withdrawn or removed; they can disappear. */
    private static final Set<String> MAY_GO = Set.of("manifest.json", "withdrawn.json", "removing.json");

    private static final Pattern PROBLEM = Pattern.compile("notices/([^/]+/)?\\d{3}(\\.[a-z]+)?\\.json");
    private static final String UNKNOWN = "application/octet-stream";

    private static final Map<String, String> SHOWN = shown();
    private static final Map<String, String> SAVED = saved();

    /** Headers of an object that is never overwritten. */
    static ObjectHeaders stored(ObjectKey key) {
        boolean stays = DATED.matcher(key.value()).matches() && !MAY_GO.contains(key.name());
        return of(key, stays ? IMMUTABLE : SHORT);
    }

    /** Headers of an object that may be replaced. */
    static ObjectHeaders replaceable(ObjectKey key) {
        return of(key, SHORT);
    }

    private static ObjectHeaders of(ObjectKey key, String cacheControl) {
        String name = key.name();
        Optional<String> shown =
                PROBLEM.matcher(key.value()).matches() ? Optional.of("application/problem+json") : type(SHOWN, name);
        if (shown.isPresent()) {
            return new ObjectHeaders(shown.get(), null, cacheControl);
        }
        // Names have no characters that need escaping in a quoted string.
        return new ObjectHeaders(
                type(SAVED, name).orElse(UNKNOWN), "attachment; filename=\"" + name + "\"", cacheControl);
    }

    private static Optional<String> type(Map<String, String> types, String name) {
        return types.entrySet().stream()
                .filter(type -> name.endsWith(type.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static Map<String, String> shown() {
        Map<String, String> types = new LinkedHashMap<>();
        types.put(".html", "text/html; charset=utf-8");
        types.put(".json", "application/json");
        types.put(".atom", "application/atom+xml");
        types.put(".xml", "application/xml");
        types.put(".txt", "text/plain; charset=utf-8");
        types.put(".md", "text/markdown; charset=utf-8");
        types.put(".cff", "text/plain; charset=utf-8");
        types.put(".css", "text/css; charset=utf-8");
        types.put(".svg", "image/svg+xml");
        types.put("SHA256SUMS", "text/plain; charset=utf-8");
        return types;
    }

    private static Map<String, String> saved() {
        Map<String, String> types = new LinkedHashMap<>();
        types.put(".gz", "application/gzip");
        types.put(".zst", "application/zstd");
        types.put(".xz", "application/x-xz");
        types.put(".bz2", "application/x-bzip2");
        types.put(".jsonl", "application/x-ndjson");
        types.put(".ndjson", "application/x-ndjson");
        types.put(".tar", "application/x-tar");
        types.put(".csv", "text/csv; charset=utf-8");
        types.put(".parquet", "application/vnd.apache.parquet");
        types.put(".meta4", "application/metalink4+xml");
        types.put(".torrent", "application/x-bittorrent");
        return types;
    }
}
