package io.spillway.destination.archive;

import io.spillway.destination.archive.ArchiveRequest.Header;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An item's metadata as headers, one for each value: {@code x-archive-meta01-subject: uri(open%20data)}. The archive
 * sorts them, so numbers have two digits; it reads them only when the request makes the item. After its own client,
 * {@code ia}: what that sends is what the archive is known to read.
 */
final class MetadataHeaders {
    /** How long headers may be is not written down anywhere; about 1 kB is what items in the wild have. */
    private static final int MAX_DESCRIPTION_BYTES = 1_000;

    private static final String CUT = " … (more in README.md)";

    private final List<Header> headers = new ArrayList<>();

    private MetadataHeaders() {}

    /** The headers that go with every upload into the item: which of them makes it, nobody knows beforehand. */
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

    /** An underscore becomes two dashes; the archive turns them back. */
    static String name(int number, String field) {
        return "x-archive-meta%02d-%s".formatted(number, field.replace("_", "--"));
    }

    /** The value itself, or {@code uri(…)} of it where a header could not hold it or the archive would misread it. */
    static String encode(String value) {
        boolean plain = !value.startsWith("uri(") && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return plain ? value : "uri(" + percentEncoded(value) + ")";
    }

    /** As Python's {@code quote}, which {@code ia} uses: everything but {@code A-Z a-z 0-9 _ . - ~ /}. */
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
