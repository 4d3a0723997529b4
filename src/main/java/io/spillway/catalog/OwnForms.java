package io.spillway.catalog;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognizes, by their content, files that an earlier version of Spillway wrote to a destination without a record of own
 * files. A file with one of Spillway's names and any other content is foreign. Thread-safe if its destination is.
 */
final class OwnForms {
    /** The policy and the style sheet are at the beginning of a page. */
    private static final int HEAD = 64 << 10;

    private static final String XML = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
    private static final String FEED = XML + "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>";
    private static final String SITEMAP = XML + "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";

    private static final Pattern PAGE = Pattern.compile("index(?:\\.[a-z]{2,3})?\\.html");
    private static final Pattern NOTICE = Pattern.compile("(400|403|429)((?:\\.[a-z]{2,3})?)\\.(json|html|txt)");
    private static final Pattern LOCATION = Pattern.compile("<loc>([^<]*)</loc>");
    private static final Pattern STYLE =
            Pattern.compile("style-src &#39;sha256-([A-Za-z0-9+/=]+)&#39;|style-src 'sha256-([A-Za-z0-9+/=]+)'");
    private static final Pattern MANIFEST =
            Pattern.compile("href=\"[^\"]*\\d{4}-\\d{2}-\\d{2}T\\d{6}Z/(?:manifest|withdrawn)\\.json\"");
    private static final Pattern PART = Pattern.compile("\\S*\\d{4}-\\d{2}-\\d{2}T\\d{6}Z/[A-Za-z0-9._-]+");

    private final Destination destination;
    private final Set<String> datasets;

    /** @param datasets the datasets with a dump or a withdrawal notice at the destination */
    OwnForms(Destination destination, Set<String> datasets) {
        this.destination = destination;
        this.datasets = datasets;
    }

    /**
     * Whether Spillway wrote this file.
     *
     * @throws SpillwayException the destination does not answer
     */
    boolean fits(ObjectKey key) throws SpillwayException {
        String[] path = key.value().split("/", -1);
        return switch (path.length) {
            case 1 -> ofSite(key, path[0]);
            case 2 ->
                path[0].equals("notices") ? ofNotices(key) : datasets.contains(path[0]) && ofDataset(key, path[0]);
            case 3 ->
                path[0].equals("notices")
                        ? datasets.contains(path[1]) && notice(key)
                        : datasets.contains(path[0]) && key.value().endsWith("/latest/urls.txt") && urls(key);
            default -> false;
        };
    }

    private boolean ofSite(ObjectKey key, String name) throws SpillwayException {
        return switch (name) {
            case LinksFile.FILE_NAME -> true; // the caller has read it
            case "robots.txt" -> robots(text(key));
            case "sitemap.xml" -> sitemap(text(key));
            case "feed.atom" -> feed(text(key));
            case DatasetStatus.FILE_NAME ->
                json(key).keySet().containsAll(Set.of("checked_at", "datasets", "unreadable"));
            default -> PAGE.matcher(name).matches() && page(key);
        };
    }

    private boolean ofDataset(ObjectKey key, String dataset) throws SpillwayException {
        return switch (key.name()) {
            case "feed.atom" -> feed(text(key));
            case LatestFile.FILE_NAME -> {
                Map<?, ?> members = json(key);
                yield dataset.equals(members.get("dataset"))
                        && members.containsKey("format_version")
                        && members.containsKey("files");
            }
            default -> PAGE.matcher(key.name()).matches() && page(key);
        };
    }

    private boolean ofNotices(ObjectKey key) throws SpillwayException {
        return switch (key.name()) {
            case "problems.html" -> page(key);
            case "settings.json" -> json(key).keySet().containsAll(Set.of("languages", "retry_after_seconds"));
            default -> notice(key);
        };
    }

    /** A text file is recognized by its first line, the title in the JSON file of the same notice. */
    private boolean notice(ObjectKey key) throws SpillwayException {
        Matcher name = NOTICE.matcher(key.name());
        if (!name.matches()) {
            return false;
        }
        String status = name.group(1);
        if (name.group(3).equals("html")) {
            return page(key);
        }
        Map<?, ?> members = json(new ObjectKey(key.value().replaceAll("\\.(?:json|txt)$", ".json")));
        if (!members.containsKey("bulk_downloads") || !status.equals(String.valueOf(members.get("status")))) {
            return false;
        }
        return name.group(3).equals("json") || text(key).startsWith(status + " " + members.get("title") + "\n");
    }

    private boolean robots(String text) {
        String plain = "User-agent: *\nAllow: /\n";
        String sitemap = destination
                .publicAddress(new ObjectKey("sitemap.xml"))
                .map(URI::toString)
                .orElse("");
        return text.equals(plain) || text.equals(plain + "Sitemap: " + sitemap + "\n");
    }

    /** Whether every URL in it is the URL of one of Spillway's pages. */
    private boolean sitemap(String text) {
        String site = Addresses.publicSite(destination).map(URI::toString).orElse(null);
        if (site == null || !text.startsWith(SITEMAP)) {
            return false;
        }
        Matcher location = LOCATION.matcher(text);
        boolean any = false;
        while (location.find()) {
            String address = location.group(1).replace("&amp;", "&");
            if (!address.startsWith(site)) {
                return false;
            }
            String page = address.substring(site.length());
            String folder = page.substring(0, page.lastIndexOf('/') + 1);
            if (!PAGE.matcher(page.substring(folder.length())).matches()
                    || !(folder.isEmpty() || datasets.contains(folder.substring(0, folder.length() - 1)))) {
                return false;
            }
            any = true;
        }
        return any;
    }

    /** An entry names the manifest of its dump, or the notice of a withdrawal. */
    private static boolean feed(String text) {
        return text.startsWith(FEED) && MANIFEST.matcher(text).find();
    }

    private boolean urls(ObjectKey key) throws SpillwayException {
        String text = text(key);
        return !text.isEmpty()
                && text.lines().allMatch(line -> PART.matcher(line).matches());
    }

    /** Whether it is a page with an inline style sheet and a policy that contains its hash. */
    private boolean page(ObjectKey key) throws SpillwayException {
        String head = new String(bytes(key, HEAD), StandardCharsets.UTF_8);
        Matcher policy = STYLE.matcher(head);
        int begin = head.indexOf("<style>");
        int end = head.indexOf("</style>");
        if (!policy.find() || begin < policy.end() || end < begin || !head.contains("default-src ")) {
            return false;
        }
        String hash = policy.group(1) == null ? policy.group(2) : policy.group(1);
        MessageDigest digest = Digests.sha256();
        digest.update(head.substring(begin + "<style>".length(), end).getBytes(StandardCharsets.UTF_8));
        return hash.equals(Base64.getEncoder().encodeToString(digest.digest()));
    }

    /** The members of a JSON object; empty if the file is not one. */
    private Map<?, ?> json(ObjectKey key) throws SpillwayException {
        if (destination.find(key).isEmpty()) {
            return Map.of();
        }
        try {
            return ManifestJson.read(
                    new ByteArrayInputStream(bytes(key, ManifestJson.LARGEST)), Map.class, key.value(), "an object");
        } catch (SpillwayException e) {
            if (e.fault() != Fault.INTEGRITY) {
                throw e;
            }
            return Map.of();
        }
    }

    private String text(ObjectKey key) throws SpillwayException {
        return new String(bytes(key, ManifestJson.LARGEST), StandardCharsets.UTF_8);
    }

    private byte[] bytes(ObjectKey key, int most) throws SpillwayException {
        try (InputStream in = destination.open(key)) {
            return in.readNBytes(most);
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s cannot be read: %s".formatted(destination.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }
}
