package io.spillway.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.support.FakeBucket;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The dumps of {@code journals} that a reader of one destination is led to, judged by nothing but the bytes of the files that
 * point at dumps. Reads a bucket also while it is away.
 *
 * @param latest  the dump in {@code latest.json}, or empty where there is no such file
 * @param listed  the dump in {@code links.json}, or empty where the file lists none
 * @param status  the last good dump in {@code status.json}, or empty where it names none
 * @param linked  the dumps that any link on the pages of the dataset and of the site, or in the sitemap, leads to
 */
record LinkedDumps(Optional<DumpId> latest, Optional<DumpId> listed, Optional<DumpId> status, Set<DumpId> linked) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern LINK = Pattern.compile("(?:href=\"|<loc>)([^\"<]*)");
    private static final Pattern STAMP = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z");

    /** What the files of a destination say now. */
    static LinkedDumps of(Destination place) throws Exception {
        Set<DumpId> linked = new TreeSet<>();
        for (String page : new String[] {"index.html", "journals/index.html", "sitemap.xml"}) {
            String text = text(place, page);
            Matcher links = LINK.matcher(text);
            while (links.find()) {
                Matcher stamp = STAMP.matcher(links.group(1));
                if (stamp.find()) {
                    linked.add(DumpId.of("journals", stamp.group()).orElseThrow());
                }
            }
        }
        return new LinkedDumps(
                dump(json(place, "journals/latest.json").path("dump")),
                dump(json(place, "links.json").path("datasets").path(0).path("dump")),
                dump(json(place, "status.json")
                        .path("datasets")
                        .path(0)
                        .path("last_good")
                        .path("dump")),
                linked);
    }

    /** Every dump that any of the files links. */
    Set<DumpId> all() {
        Set<DumpId> all = new TreeSet<>(linked);
        latest.ifPresent(all::add);
        listed.ifPresent(all::add);
        status.ifPresent(all::add);
        return all;
    }

    private static Optional<DumpId> dump(JsonNode name) {
        return name.isTextual()
                ? DumpId.of("journals", name.textValue().substring("journals/".length()))
                : Optional.empty();
    }

    private static JsonNode json(Destination place, String key) throws Exception {
        String text = text(place, key);
        return text.isEmpty() ? JSON.createObjectNode() : JSON.readTree(text);
    }

    /** Empty where there is no such file. */
    private static String text(Destination place, String key) throws Exception {
        if (place instanceof FakeBucket bucket) {
            return new String(bucket.objects.getOrDefault(key, new byte[0]), StandardCharsets.UTF_8);
        } else if (place.find(new ObjectKey(key)).isEmpty()) {
            return "";
        }
        try (InputStream in = place.open(new ObjectKey(key))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
