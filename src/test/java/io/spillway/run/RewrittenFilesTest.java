package io.spillway.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.Destination;
import io.spillway.support.FakeBucket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a command writes that finds everything as it should be: mirrors fetch each file that is written again. */
@Timeout(120)
class RewrittenFilesTest {
    /** The time of the check, the record of its bytes, and the index with the time of the last attempt. */
    private static final Set<String> TELL_THE_TIME =
            Set.of("status.json", "spillway-files.json", "spillway-catalog.jsonl.gz");

    @TempDir
    private Path folder;

    private PublishedWorld world;

    @BeforeEach
    void publish() throws Exception {
        world = new PublishedWorld(folder);
        world.keys = "notices: {languages: [en]}\n";
        world.export();
    }

    @Test
    void aSecondCatalogWritesNothingButItsTime() throws Exception {
        Map<String, Object> before = written();
        world.catalog();
        assertThat(changed(before)).isSubsetOf(TELL_THE_TIME);
    }

    @Test
    void aResumeThatFindsNothingToSendWritesNoLinks() throws Exception {
        Map<String, Object> before = written();
        world.resume();
        assertThat(changed(before)).isSubsetOf(TELL_THE_TIME);
    }

    @Test
    void noticesThatSayTheSameAreNotWritten() throws Exception {
        Map<String, Object> before = written();
        int notices = 0;
        try (Destinations places = world.places()) {
            for (Destination place : places.all()) {
                notices += Sites.renewNotices(new Site(place, places.all(), world.schedule(), places.spool()))
                        .files();
            }
        }
        assertThat(notices).isGreaterThan(20);
        assertThat(changed(before)).isEmpty();
    }

    @Test
    void aLostFileAloneIsWrittenAgain() throws Exception {
        Map<String, Object> before = written();
        world.first.objects.remove("journals/index.html");
        Files.delete(world.root.resolve("links.json"));
        world.catalog();
        Set<String> changed = changed(before);
        changed.removeAll(TELL_THE_TIME);
        assertThat(changed).containsExactly("journals/index.html", "links.json");
    }

    /** What distinguishes one write of a file from the next, even with the same bytes, by destination and key. */
    private Map<String, Object> written() throws Exception {
        Map<String, Object> written = new TreeMap<>();
        for (FakeBucket bucket : new FakeBucket[] {world.first, world.second}) {
            bucket.objects.forEach((key, bytes) -> written.put(bucket.name() + key, new Identity(bytes)));
        }
        try (Stream<Path> files = Files.walk(world.root)) {
            for (Path file : files.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                String key = world.root.relativize(file).toString();
                if (!key.startsWith(".") && !key.contains("/.")) {
                    BasicFileAttributes attributes =
                            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    written.put("home/" + key, attributes.fileKey() + " " + attributes.lastModifiedTime());
                }
            }
        }
        return written;
    }

    /** Equal only to the same array. */
    private static final class Identity {
        private final byte[] bytes;

        Identity(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Identity identity && identity.bytes == bytes;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(bytes);
        }
    }

    /** The keys, without the destination's name. */
    private Set<String> changed(Map<String, Object> before) throws Exception {
        Map<String, Object> now = written();
        Set<String> changed = new TreeSet<>();
        for (String key : now.keySet()) {
            if (!now.get(key).equals(before.get(key))) {
                changed.add(key.replaceFirst("^(s3://[a-z]+/|home/)", ""));
            }
        }
        return changed;
    }
}
