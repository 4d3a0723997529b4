package io.spillway.notices;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.destination.Destination;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.site.SiteWriter;
import io.spillway.support.PublishedDumps;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A site with dumps and notices in a folder, which {@code https://dumps.example.org/} serves to everyone. */
final class PublishedNotices implements AutoCloseable {
    static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");
    static final URI ADDRESS = URI.create("https://dumps.example.org/");

    private static final JsonMapper JSON = new JsonMapper();

    final PublishedDumps dumps = new PublishedDumps();
    final LocalDirectory directory;
    final Path root;

    /** The time when notices are written. */
    Instant now = TAKEN.plusSeconds(3_600);

    /** The settings of schedules. */
    @Nullable
    NoticeSettings settings;

    /** The source of answers for URLs, by default the contents of the folder. */
    AddressCheck check = this::isInFolder;

    PublishedNotices(Path root) throws Exception {
        this.root = root;
        this.directory = LocalDirectory.open(root, ADDRESS);
    }

    private boolean isInFolder(URI address, long bytes) {
        Path file = root.resolve(ADDRESS.relativize(address).getPath());
        try {
            return Files.isRegularFile(file) && (bytes == AddressCheck.ANY_LENGTH || Files.size(file) == bytes);
        } catch (IOException e) {
            return false;
        }
    }

    /** A writer of everything that points at dumps, synchronized with others. */
    SiteWriter site(Destination destination, Destination... others) {
        return new SiteWriter(
                destination,
                List.of(others),
                () -> directory.lockSite(Duration.ofMinutes(4))::close,
                Clock.fixed(now, ZoneOffset.UTC),
                notices(destination));
    }

    NoticeWriter notices(Destination destination, Destination... copies) {
        return new NoticeWriter(destination, List.of(copies), check, settings, Clock.fixed(now, ZoneOffset.UTC));
    }

    /** Writes them all again. */
    NoticeWriter.Written renew(String... known) throws Exception {
        return site(directory).renewNotices(Set.of(known)).orElseThrow();
    }

    /** A notice as JSON, by its name below the folder. */
    JsonNode json(String name) throws IOException {
        return JSON.readTree(bytes(name));
    }

    String text(String name) throws IOException {
        return Files.readString(file(name));
    }

    byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(file(name));
    }

    Path file(String name) {
        return root.resolve(NoticeFiles.FOLDER).resolve(name);
    }

    @Override
    public void close() {
        directory.close();
    }
}
