package io.spillway.notices;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import io.spillway.page.Sentences;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads notices from a local folder, for servers that answer themselves: one or two small files per answer, without
 * network access. A missing file is replaced by a generic notice. Thread-safe.
 */
public final class NoticeFolder {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeFolder.class);

    private static final int LONGEST_NAME = 64;

    private final @Nullable Path folder;
    private final NoticeSettings settings;

    /**
     * Creates a reader of a folder.
     *
     * @param folder   {@code ROOT/notices}, which need not exist; null if there is none
     * @param settings used for missing files
     */
    public NoticeFolder(@Nullable Path folder, NoticeSettings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /**
     * A notice.
     *
     * @param body     the whole body, to be sent as UTF-8
     * @param language its language
     * @param help     page for people, or null
     * @param links    {@code links.json}, or null
     */
    public record Answer(
            String body,
            String language,
            @Nullable URI help,
            @Nullable URI links) {}

    /** Whether the folder contains anything. */
    public boolean isThere() {
        return folder != null
                && Files.isRegularFile(
                        folder.resolve(NoticeFiles.path(null, NoticeKind.RATE_LIMITED, null, NoticeFormat.JSON)));
    }

    /**
     * The notice of a dataset or of the site, or a generic one without files if there is none.
     *
     * @param dataset  its name, or null for the site
     * @param language one of the settings' languages
     * @throws SpillwayException the texts of the settings are too long for any notice
     */
    public Answer read(@Nullable String dataset, NoticeKind kind, String language, NoticeFormat format)
            throws SpillwayException {
        Optional<Answer> found = find(dataset, kind, language, format);
        if (found.isPresent()) {
            return found.get();
        }
        Bodies bodies = new Bodies(settings);
        Subject nothing = nothing(dataset);
        return new Answer(text(bodies.body(nothing, kind, language, format)), language, null, null);
    }

    /**
     * Refuses sentences that are too long for a notice: a server sends none that has 8,000 bytes or more.
     *
     * @throws IllegalArgumentException a notice without any file in it would be too long
     */
    public static void requireShort(Map<String, String> sentences) {
        String language = Sentences.languages().get(0);
        var settings = new NoticeSettings(List.of(language), null, null, null, 1, false, Map.of(language, sentences));
        NoticeFolder none = new NoticeFolder(null, settings);
        try {
            for (NoticeKind kind : NoticeKind.values()) {
                for (NoticeFormat format : NoticeFormat.values()) {
                    none.read("a".repeat(LONGEST_NAME), kind, language, format);
                    none.read(null, kind, language, format);
                }
            }
        } catch (SpillwayException e) {
            throw new IllegalArgumentException("sentences of notices are too long: " + e.getMessage(), e);
        }
    }

    private Optional<Answer> find(@Nullable String dataset, NoticeKind kind, String language, NoticeFormat format) {
        String first = settings.languages().get(0);
        Optional<byte[]> body = bytes(dataset, kind, language, format);
        String bodyLanguage = language;
        if (body.isEmpty()) {
            body = bytes(dataset, kind, null, format);
            bodyLanguage = first;
        }
        if (body.isEmpty()) {
            return Optional.empty();
        }
        Pointers pointers = bytes(dataset, kind, null, NoticeFormat.JSON)
                .map(NoticeFolder::pointers)
                .orElse(Pointers.NONE);
        URI links = pointers.bulkDownloads() == null
                ? null
                : address(pointers.bulkDownloads().links());
        return Optional.of(new Answer(text(body.get()), bodyLanguage, address(pointers.help()), links));
    }

    private Optional<byte[]> bytes(
            @Nullable String dataset, NoticeKind kind, @Nullable String language, NoticeFormat format) {
        if (folder == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readAllBytes(folder.resolve(NoticeFiles.path(dataset, kind, language, format))));
        } catch (IOException e) {
            return Optional.empty(); // Missing or unreadable: answer without it.
        }
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static Subject nothing(@Nullable String dataset) {
        BulkDownloads downloads = dataset == null
                ? new BulkDownloads.OfSite(Availability.NONE, null, 0, List.of())
                : new BulkDownloads.OfDataset(
                        Availability.NONE,
                        dataset,
                        dataset,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        0,
                        List.of());
        return new Subject(dataset, downloads, null, null, null);
    }

    /** The members of a body that are sent as response headers. */
    private record Pointers(@Nullable String help, @Nullable Downloads bulkDownloads) {
        static final Pointers NONE = new Pointers(null, null);

        private record Downloads(@Nullable String links) {}
    }

    private static Pointers pointers(byte[] body) {
        try {
            return ManifestJson.read(new ByteArrayInputStream(body), Pointers.class, "a notice", "a notice");
        } catch (SpillwayException e) {
            LOG.warn("notice is not valid cause=\"{}\"", e.getMessage());
            return Pointers.NONE;
        }
    }

    /** Returns null if the address contains characters that could end a header. */
    private static @Nullable URI address(@Nullable String address) {
        try {
            return address == null ? null : new URI(new URI(address).toASCIIString());
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
