package io.spillway.source.aws;

import io.spillway.support.Gateway.Received;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature Version 4 as a server checks it, written from its specification and not from a client. */
final class SignatureV4 {
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/aws4_request,"
                    + " ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");

    private SignatureV4() {}

    /** The signature of a request for these signed headers, under this key. */
    static String of(Received request, List<String> signed, String secret, String date, String region, String service)
            throws GeneralSecurityException {
        String[] target = request.target().split("\\?", 2);
        String headers = signed.stream()
                .map(name -> name + ":"
                        + request.headers().getOrDefault(name, "").strip().replaceAll(" +", " ") + "\n")
                .collect(Collectors.joining());
        String canonical = String.join(
                "\n",
                request.method(),
                Arrays.stream(target[0].split("/", -1))
                        .map(SignatureV4::encoded)
                        .collect(Collectors.joining("/")),
                target.length < 2 ? "" : query(target[1]),
                headers,
                String.join(";", signed),
                sha256(request.body()));
        String time = request.headers().get("x-amz-date");
        String scope = String.join("/", date, region, service, "aws4_request");
        String toSign =
                String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : List.of(date, region, service, "aws4_request", toSign)) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            key = mac.doFinal(part.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(key);
    }

    /** Why the signature of a request is rejected, or null where it is right. */
    static String flaw(Received request, String accessKey, String secret, String region, String service)
            throws GeneralSecurityException {
        Matcher given = AUTHORIZATION.matcher(request.headers().getOrDefault("authorization", ""));
        if (!given.matches()) {
            return "no signature";
        }
        List<String> signed = List.of(given.group(5).split(";", -1));
        if (!given.group(1).equals(accessKey)
                || !given.group(3).equals(region)
                || !given.group(4).equals(service)
                || !signed.contains("host")
                || !signed.contains("x-amz-date")) {
            return "the signature is for something else";
        }
        String right = of(request, signed, secret, given.group(2), region, service);
        return right.equals(given.group(6)) ? null : "the signature does not match";
    }

    private static String query(String query) {
        Map<String, String> sorted = new TreeMap<>();
        for (String parameter : query.split("&", -1)) {
            String[] pair = parameter.split("=", 2);
            sorted.put(encoded(decoded(pair[0])), pair.length < 2 ? "" : encoded(decoded(pair[1])));
        }
        return sorted.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                .toLowerCase(Locale.ROOT);
    }
}
