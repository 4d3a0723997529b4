package io.spillway.notices;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices as they lie in a folder of this machine, for who answers by himself: one or two small files are read for an
 * answer, and nobody is asked. Where one is missing there is an answer all the same. Safe for use by many threads.
 */
public final class NoticeFolder {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeFolder.class);

    private final @Nullable Path folder;
    private final NoticeSettings settings;

    /**
     * Notices in a folder.
     *
     * @param folder   {@code ROOT/notices}, whether it is there or not; null where there is none
     * @param settings for what is missing
     */
    public NoticeFolder(@Nullable Path folder, NoticeSettings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /**
     * A notice.
     *
     * @param body     all of it, to be sent as UTF-8
     * @param language it is in
     * @param help     page for people, or null
     * @param links    {@code links.json}, or null
     */
    public record Answer(
            String body,
            String language,
            @Nullable URI help,
            @Nullable URI links) {}

    /** Whether there is anything in the folder. */
    public boolean isThere() {
        return folder != null
                && Files.isRegularFile(
                        folder.resolve(NoticeFiles.path(null, NoticeKind.RATE_LIMITED, null, NoticeFormat.JSON)));
    }

    /**
     * The notice of a dataset or of the site, or, where there is none, one that names nothing.
     *
     * @param dataset  its name, or null for the site
     * @param language one of the settings' languages
     * @throws SpillwayException the settings' texts are too long for any notice
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
            return Optional.empty(); // Not there, or not for us: either way there is an answer without it.
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
                        0,
                        List.of());
        return new Subject(dataset, downloads, null, null, null);
    }

    /** What an answer's head says of a body. */
    private record Pointers(@Nullable String help, @Nullable Downloads bulkDownloads) {
        static final Pointers NONE = new Pointers(null, null);

        private record Downloads(@Nullable String links) {}
    }

    private static Pointers pointers(byte[] body) {
        try {
            return ManifestJson.read(new ByteArrayInputStream(body), Pointers.class, "a notice", "a notice");
        } catch (SpillwayException e) {
            LOG.warn("a notice was changed by somebody cause=\"{}\"", e.getMessage());
            return Pointers.NONE;
        }
    }

    /** Fit for a header: no character in it that would end one. */
    private static @Nullable URI address(@Nullable String address) {
        try {
            return address == null ? null : new URI(new URI(address).toASCIIString());
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
