package io.spillway.destination.archive;

import io.spillway.destination.archive.ArchiveRequest.Header;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An item's metadata as headers, one per value: {@code x-archive-meta01-subject: uri(open%20data)}. The archive sorts
 * them, so numbers have two digits; it reads them only when the request creates the item. The encoding follows the
 * archive's own client, {@code ia}.
 */
final class MetadataHeaders {
    /** The maximum length of headers is undocumented; existing items have about 1 kB. */
    private static final int MAX_DESCRIPTION_BYTES = 1_000;

    private static final String CUT = " … (more in README.md)";

    private final List<Header> headers = new ArrayList<>();

    private MetadataHeaders() {}

    /** The headers for every upload to the item, since any of them may create it. */
    static List<Header> of(Item item, ArchiveOptions options) {
        ItemMetadata metadata = options.metadata();
        MetadataHeaders all = new MetadataHeaders();
        all.add("collection", options.collection());
        all.add("mediatype", options.mediatype());
        all.add("title", metadata.title() + ", " + item.day());
        all.add("description", shortened(metadata.description()));
        all.add("creator", metadata.creator());
        all.add("date", item.day());
        all.add("licenseurl", metadata.licenseUrl() == null ? null : String.valueOf(metadata.licenseUrl()));
        int number = 0;
        for (String subject : metadata.subjects()) {
            if (!subject.isEmpty()) {
                all.add(number++, "subject", subject);
            }
        }
        all.add("dataset", item.dump().dataset());
        all.add(ItemRecord.DUMP_FIELD, item.dump().toString());
        return all.headers;
    }

    private void add(String field, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            add(0, field, value);
        }
    }

    private void add(int number, String field, String value) {
        headers.add(new Header(name(number, field), encode(value)));
    }

    /** Replaces each underscore by two dashes, which the archive reverts. */
    static String name(int number, String field) {
        return "x-archive-meta%02d-%s".formatted(number, field.replace("_", "--"));
    }

    /** The value itself, or {@code uri(…)} if a header cannot contain it or the archive would misread it. */
    static String encode(String value) {
        boolean plain = !value.startsWith("uri(") && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return plain ? value : "uri(" + percentEncoded(value) + ")";
    }

    /** Like Python's {@code quote}, which {@code ia} uses: encodes everything except {@code A-Z a-z 0-9 _ . - ~ /}. */
    private static String percentEncoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~")
                .replace("%2F", "/");
    }

    private static @Nullable String shortened(@Nullable String text) {
        if (text == null || text.getBytes(StandardCharsets.UTF_8).length <= MAX_DESCRIPTION_BYTES) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int bytes = CUT.getBytes(StandardCharsets.UTF_8).length;
        for (int codePoint : text.codePoints().toArray()) {
            String character = Character.toString(codePoint);
            bytes += character.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_DESCRIPTION_BYTES) {
                break;
            }
            kept.append(character);
        }
        return kept + CUT;
    }
}
