package io.spillway.page;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.catalog.Listing;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Renders pages, feeds and related files as bytes by key. Pages are self-contained: no scripts, no external files, a
 * style sheet allowed by its hash in the page's own policy. Thread-safe.
 */
public final class Pages {
    private static final String FEED = "feed.atom";
    private static final String ROBOTS = "robots.txt";

    private static final Pattern IN_A_LANGUAGE = Pattern.compile("index\\.([a-z]{2,3})\\.html");

    /** An impression of the data, not a download. */
    private static final int MAX_SAMPLE_BYTES = 4_000;

    private final Destination destination;
    private final Templates templates = new Templates();
    private final List<Texts> languages;
    private final String style = resource("style.css");
    private final String policy = Templates.policy(style);

    /** Pages in all languages that Spillway has, for one destination, which stays the caller's to close. */
    public Pages(Destination destination) {
        this(destination, Texts.all());
    }

    /**
     * Pages for one destination, which stays the caller's to close.
     *
     * @param languages at least one; the first has the plain file names
     */
    public Pages(Destination destination, List<Texts> languages) {
        this.destination = destination;
        this.languages = List.copyOf(languages);
    }

    /** The keys of a dataset's pages and feed. */
    public List<ObjectKey> keysOf(String dataset) {
        List<ObjectKey> keys = new ArrayList<>();
        languages.forEach(texts -> keys.add(new ObjectKey(dataset).child(fileName(texts))));
        keys.add(new ObjectKey(dataset).child(FEED));
        return keys;
    }

    /** The keys of the site's pages, its feed, and what crawlers ask for. */
    public List<ObjectKey> keysOfSite() {
        List<ObjectKey> keys = new ArrayList<>();
        languages.forEach(texts -> keys.add(new ObjectKey(fileName(texts))));
        for (String name : List.of(FEED, ROBOTS)) {
            keys.add(new ObjectKey(name));
        }
        if (Addresses.publicSite(destination).isPresent()) {
            keys.add(new ObjectKey(Sitemap.FILE_NAME));
        }
        return keys;
    }

    /** The feed of a dataset without a dump, which says that dumps are withdrawn; empty where none is. */
    public Map<ObjectKey, byte[]> ofWithdrawn(Catalog catalog, String dataset) {
        return catalog.withdrawn(dataset).isEmpty()
                ? Map.of()
                : Map.of(new ObjectKey(dataset).child(FEED), AtomFeed.ofDataset(catalog, dataset, destination));
    }

    /** A dataset's pages and feed, without torrents from other destinations. */
    public Map<ObjectKey, byte[]> ofDataset(Catalog catalog, Catalog.Published published, List<URI> mirrors)
            throws SpillwayException {
        return ofDataset(catalog, published, mirrors, List.of());
    }

    /**
     * A dataset's pages and feed.
     *
     * @param mirrors  other folders that have the latest dump, too
     * @param torrents of the latest dump that some of these create themselves
     * @throws SpillwayException the destination does not answer
     */
    public Map<ObjectKey, byte[]> ofDataset(
            Catalog catalog, Catalog.Published published, List<URI> mirrors, List<URI> torrents)
            throws SpillwayException {
        Manifest latest = published.latest();
        ObjectKey dataset = new ObjectKey(published.dataset());
        Addresses addresses = Addresses.fromDataset(destination, published.dataset());
        Listing listing = Listing.of(latest, addresses, mirrors);
        List<Snippet> snippets = Snippet.of(listing, destination.name());
        String sample = sample(latest);
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>();
        for (Texts texts : languages) {
            ObjectKey key = dataset.child(fileName(texts));
            String canonical = destination.publicAddress(key).map(URI::toString).orElse(null);
            Frame frame = new Frame(
                    texts,
                    latest.title(),
                    latest.description(),
                    canonical,
                    inLanguages(addresses, dataset),
                    addresses.of(new ObjectKey(fileName(texts))),
                    addresses.of(dataset.child(FEED)),
                    StructuredData.of(listing, canonical, latest.publisher()),
                    style,
                    policy);
            DatasetPage page =
                    DatasetPage.of(frame, catalog, published, listing, addresses, snippets, torrents, sample);
            files.put(key, templates.render("dataset.jte", page));
        }
        files.put(dataset.child(FEED), AtomFeed.ofDataset(catalog, published.dataset(), destination));
        return files;
    }

    /** The site's pages, its feed, and the files for crawlers. */
    public Map<ObjectKey, byte[]> ofSite(Catalog catalog) {
        Addresses addresses = Addresses.fromRoot(destination);
        Map<ObjectKey, byte[]> files = new LinkedHashMap<>();
        for (Texts texts : languages) {
            ObjectKey key = new ObjectKey(fileName(texts));
            List<Frame.Language> others = new ArrayList<>();
            languages.forEach(each -> others.add(new Frame.Language(
                    each.language(), each.languageName(), addresses.of(new ObjectKey(fileName(each))))));
            Frame frame = new Frame(
                    texts,
                    texts.get("site.title"),
                    texts.get("site.lead"),
                    destination.publicAddress(key).map(URI::toString).orElse(null),
                    others,
                    null,
                    addresses.of(new ObjectKey(FEED)),
                    null,
                    style,
                    policy);
            files.put(key, templates.render("site.jte", SitePage.of(frame, catalog, addresses, fileName(texts))));
        }
        files.put(new ObjectKey(FEED), AtomFeed.ofSite(catalog, destination, languages.get(0)));
        Sitemap.of(catalog, destination, languages.stream().map(this::fileName).toList())
                .ifPresent(sitemap -> files.put(new ObjectKey(Sitemap.FILE_NAME), sitemap));
        files.put(new ObjectKey(ROBOTS), Sitemap.robots(destination));
        return files;
    }

    private List<Frame.Language> inLanguages(Addresses addresses, ObjectKey folder) {
        return languages.stream()
                .map(each -> new Frame.Language(
                        each.language(), each.languageName(), addresses.of(folder.child(fileName(each)))))
                .toList();
    }

    private String fileName(Texts texts) {
        return texts.language().equals(languages.get(0).language())
                ? "index.html"
                : "index." + texts.language() + ".html";
    }

    /** Whether a file of this name is a page in a language that pages are not in any more. */
    public boolean isOfAnotherLanguage(String name) {
        Matcher page = IN_A_LANGUAGE.matcher(name);
        return page.matches()
                && languages.stream()
                        .skip(1)
                        .noneMatch(texts -> texts.language().equals(page.group(1)));
    }

    /** The first lines of the sample, or null if the dump has none. */
    private @Nullable String sample(Manifest latest) throws SpillwayException {
        ObjectKey key = new ObjectKey(latest.dump()).child("sample.jsonl");
        if (latest.files().stream().noneMatch(file -> file.name().equals(key.name()))
                || destination.find(key).isEmpty()) {
            return null;
        }
        try (InputStream in = destination.open(key)) {
            byte[] bytes = in.readNBytes(MAX_SAMPLE_BYTES);
            String text = new String(bytes, StandardCharsets.UTF_8);
            boolean cut = bytes.length == MAX_SAMPLE_BYTES;
            // The rest of a character that was cut.
            return cut ? text.substring(0, text.length() - 1) + "…" : text;
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "%s/%s cannot be read: %s".formatted(destination.name(), key, e.getMessage()),
                    "try again",
                    e);
        }
    }

    static String resource(String name) {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
