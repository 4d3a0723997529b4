package io.spillway.page;

import io.spillway.catalog.Addresses;
import io.spillway.catalog.Catalog;
import io.spillway.dataset.License;
import io.spillway.destination.ObjectKey;
import io.spillway.manifest.Manifest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page of the site.
 *
 * @param cards  one per dataset
 * @param links  URL of {@code links.json}
 * @param status URL of {@code status.json}
 */
public record SitePage(Frame frame, List<Card> cards, String links, String status) {

    /** A dataset, with texts in the page's language. */
    public record Card(
            String title,
            @Nullable String description,
            String page,
            String instant,
            String date,
            String documents,
            String size,
            String license) {}

    static SitePage of(Frame frame, Catalog catalog, Addresses addresses, String pageName) {
        Texts texts = frame.texts();
        return new SitePage(
                frame,
                catalog.datasets().stream()
                        .map(published -> card(
                                texts,
                                published.latest(),
                                addresses.of(new ObjectKey(published.dataset()).child(pageName))))
                        .toList(),
                addresses.of(new ObjectKey("links.json")),
                addresses.of(new ObjectKey("status.json")));
    }

    private static Card card(Texts texts, Manifest latest, String page) {
        return new Card(
                latest.title(),
                latest.description(),
                page,
                Texts.instant(latest.takenAt()),
                texts.date(latest.takenAt()),
                texts.get("documents") + ": " + texts.count(latest.documents()),
                texts.bytes(latest.bytes()),
                latest.license() == null
                        ? texts.get("license.none")
                        : License.label(latest.license(), latest.customLicense()));
    }
}
