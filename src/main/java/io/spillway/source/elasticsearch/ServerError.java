package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error response, or a failed shard inside a successful one, and its meaning for the request.
 *
 * @param status     HTTP status, or 0 without a complete response
 * @param types      every exception type named anywhere in it, in Elasticsearch's snake case
 * @param reason     the most specific reason, one line
 * @param retryAfter value of the server's Retry-After header, or null
 * @param redirect   target of a redirect, without its query, or null if the response is not a redirect
 * @param request    method and path of the request, without its query, or null if the caller names it
 */
record ServerError(
        int status,
        Set<String> types,
        String reason,
        @Nullable Duration retryAfter,
        @Nullable String redirect,
        @Nullable String request) {

    /** An error that is not a redirect. */
    ServerError(int status, Set<String> types, String reason, @Nullable Duration retryAfter) {
        this(status, types, reason, retryAfter, null, null);
    }

    /** The same error as the response to this request. */
    ServerError to(String method, String path) {
        return new ServerError(
                status, types, reason, retryAfter, redirect, method + " " + path.replaceFirst("\\?.*", ""));
    }

    /** Whether the server does not know the request, as with another product or version. */
    boolean isUnknownRequest() {
        return status == 405
                || (status == 404 && types.isEmpty())
                || (status == 400 && UNKNOWN_REQUEST.matcher(reason).find());
    }

    /** How to react to an error. */
    enum Meaning {
        /** Retry the same request after a pause. */
        RETRY,
        /** Retry with a shorter page. */
        SHORTER_PAGE,
        /** The point in time is gone; only a new one helps. */
        SNAPSHOT_LOST,
        /** A shard's node does not answer: it may return, but its part of the point in time will not. */
        SHARD_GONE,
        /** The server cannot read a document that it has stored. */
        UNREADABLE_DOCUMENT,
        /** Not permitted, or an invalid request: a retry would get the same response. */
        REFUSED
    }

    private static final int MAX_REASON = 600;
    /** Without its path, a request looks like one that stores a document, or like none. */
    private static final Pattern UNKNOWN_REQUEST =
            Pattern.compile("no handler found|request body is required|Incorrect HTTP method");

    private static final Pattern SIGNATURE = Pattern.compile(
            "signature|security token|credential should be scoped|missing authentication token",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern KEEP_ALIVE =
            Pattern.compile("Keep alive for request .* is too large. It must be less than \\(([^)]+)\\)");

    /** Where Amazon's own responses, in front of a cluster, have their reason. */
    private static final List<String> AMAZON = List.of("message", "Message");

    private static final Set<String> LOST = Set.of(
            "search_context_missing_exception",
            "search_context_missing_nodes_exception",
            "index_not_found_exception",
            "index_closed_exception");
    private static final Set<String> TOO_MUCH =
            Set.of("circuit_breaking_exception", "too_many_buckets_exception", "content_too_long_exception");
    private static final Set<String> UNREADABLE =
            Set.of("not_x_content_exception", "x_content_parse_exception", "json_parse_exception");
    private static final Set<String> SHARD = Set.of(
            "no_shard_available_action_exception",
            "node_disconnected_exception",
            "node_not_connected_exception",
            "node_closed_exception",
            "connect_transport_exception",
            "shard_not_found_exception",
            "illegal_index_shard_state_exception",
            "unavailable_shards_exception");

    static ServerError of(int status, @Nullable JsonNode body, @Nullable Duration retryAfter) {
        Set<String> types = new LinkedHashSet<>();
        Set<String> reasons = new LinkedHashSet<>();
        if (body != null) {
            collect(body, types, reasons);
        }
        return new ServerError(status, types, reason(status, types, reasons), retryAfter);
    }

    /** A redirect from one URL to another. */
    static ServerError redirect(int status, String from, String to) {
        return new ServerError(status, Set.of(), from + " redirects to " + to, null, to, null);
    }

    /** An error response that is not JSON, such as a proxy's page, with its visible text. */
    static ServerError ofText(int status, String text, @Nullable Duration retryAfter) {
        String shown =
                text.replaceAll("(?s)<(script|style)\\b.*?</\\1>|<[^>]*>", " ").strip();
        return new ServerError(
                status, Set.of(), reason(status, Set.of(), shown.isEmpty() ? Set.of() : Set.of(shown)), retryAfter);
    }

    /** The longest keep-alive that the server allows, if it rejected a longer one, otherwise null. */
    @Nullable
    Duration allowedKeepAlive() {
        Matcher matcher = KEEP_ALIVE.matcher(reason);
        return status == 400 && matcher.find() ? TimeValue.parse(matcher.group(1)) : null;
    }

    /** Whether the index is blocked by one of its settings. */
    boolean isBlock() {
        return types.contains("cluster_block_exception");
    }

    /** Whether a signature was rejected: the time, the region, the service or the key can be wrong. */
    boolean isSignature() {
        return status == 403 && SIGNATURE.matcher(reason).find();
    }

    /** Whether Amazon knows the identity of the request, but its policies do not allow the action. */
    boolean isPolicy() {
        return status == 403 && reason.contains("is not authorized to perform");
    }

    /** The setting that blocks the index, according to the reason: {@code index.blocks.read}. */
    String block() {
        for (String kind : List.of("read-only-allow-delete", "read-only", "metadata", "write")) {
            if (reason.contains("index " + kind + " ")) {
                return "index.blocks."
                        + kind.replace("read-only-allow-delete", "read_only_allow_delete")
                                .replace("read-only", "read_only");
            }
        }
        return "index.blocks.read";
    }

    Meaning meaning() {
        if (status != 400 && hasAny(UNREADABLE)) {
            return Meaning.UNREADABLE_DOCUMENT;
        } else if (hasAny(LOST)) {
            return Meaning.SNAPSHOT_LOST;
        } else if (status == 413 || hasAny(TOO_MUCH) || reason.contains("Result window is too large")) {
            return Meaning.SHORTER_PAGE;
        } else if (hasAny(SHARD)) {
            return Meaning.SHARD_GONE;
        } else if (status == 0 || status == 408 || status == 429 || status >= 500 || status == 200) {
            return Meaning.RETRY;
        }
        return Meaning.REFUSED;
    }

    /** For a message: {@code GET /books/_mapping: 403 security_exception: action … is unauthorized}. */
    @Override
    public String toString() {
        return (request == null ? "" : request + ": ") + status + " " + reason;
    }

    private boolean hasAny(Set<String> wanted) {
        return types.stream().anyMatch(wanted::contains);
    }

    private static void collect(JsonNode node, Set<String> types, Set<String> reasons) {
        if (node.path("type").isTextual()) {
            types.add(node.path("type").asText());
        }
        if (node.path("reason").isTextual()) {
            reasons.add(node.path("reason").asText());
        }
        for (String member : AMAZON) {
            if (node.path(member).isTextual()) {
                reasons.add(node.path(member).asText());
            }
        }
        if (node.path("error").isTextual()) {
            reasons.add(node.path("error").asText());
        }
        node.forEach(child -> collect(child, types, reasons));
    }

    private static String reason(int status, Set<String> types, Set<String> reasons) {
        String type = types.stream()
                .filter(t -> !t.equals("search_phase_execution_exception"))
                .findFirst()
                .orElse("");
        String text = reasons.stream()
                .filter(r -> !r.equals("all shards failed") && !r.equals("Partial shards failure"))
                .findFirst()
                .orElseGet(() ->
                        reasons.stream().findFirst().orElse(status == 429 ? "too many requests" : "no reason given"));
        String line = (type.isEmpty() ? "" : type + ": ") + text.replaceAll("\\s+", " ");
        return line.length() > MAX_REASON ? line.substring(0, MAX_REASON) + "…" : line;
    }
}
