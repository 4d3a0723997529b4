package io.spillway.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.DumpId;
import io.spillway.destination.Digests;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Changes;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.SideFile;
import io.spillway.manifest.Withdrawal;
import io.spillway.support.FakeBucket;
import io.spillway.support.PublishedDumps;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stored index of a site. */
class CatalogIndexTest {
    private static final Instant TAKEN = Instant.parse("2026-11-21T03:00:00Z");

    @TempDir
    private Path folder;

    private final FakeBucket bucket = new FakeBucket("s3://bucket/");

    private CatalogEntry entry(int dumps, int parts, int fields) throws Exception {
        PublishedDumps published = new PublishedDumps();
        published.parts = parts;
        published.customLicense = new CustomLicense("Ours", "https://example.org/terms");
        published.nextDue = TAKEN.plusSeconds(86_400);
        published.fields = IntStream.range(0, fields)
                .mapToObj(number -> new Manifest.Field("field" + number, "keyword", List.of("string"), 1L, null))
                .toList();
        Manifest latest = published.publish(folder.resolve(dumps + "-" + fields), "journals", TAKEN, 3);
        List<DumpSummary> summaries = IntStream.range(0, dumps)
                .mapToObj(number -> {
                    DumpSummary first = DumpSummary.of(latest);
                    Instant taken = TAKEN.minusSeconds(number);
                    return new DumpSummary(
                            new DumpId("journals", taken),
                            first.title(),
                            number == dumps - 1 ? "The publisher" : null,
                            first.hasPage(),
                            taken,
                            first.documents(),
                            first.bytes(),
                            first.partCount(),
                            first.firstParts(),
                            null);
                })
                .toList();
        Withdrawal notice =
                new Withdrawal("journals/2026-11-14T030000Z", "wrong", TAKEN, 3, 9, List.of("a", "b"), true);
        Catalog catalog = new Catalog(
                List.of(new Catalog.Published(latest, summaries)),
                List.of(new Catalog.Broken(new DumpId("journals", TAKEN.minusSeconds(99)), "a reason with a path")),
                List.of(),
                List.of(notice));
        return CatalogEntry.of(
                catalog,
                "journals",
                List.of(URI.create("https://mirror.example/")),
                new DatasetStatus.LastAttempt(TAKEN, "failed", 10, "SOURCE_UNAVAILABLE", "a reason"));
    }

    private void store(CatalogEntry... entries) {
        bucket.objects.put(CatalogIndex.FILE_NAME, CatalogIndex.write(List.of(entries)));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        CatalogEntry entry = entry(3, 2, 2);
        store(entry);
        assertThat(CatalogIndex.read(bucket)).contains(new TreeMap<>(Map.of("journals", entry)));
    }

    @Test
    void anEntryGrowsNeitherWithFieldsNorWithOldDumps() throws Exception {
        int few = CatalogIndex.write(List.of(entry(60, 2, 1))).length;
        assertThat(CatalogIndex.write(List.of(entry(6_000, 2, 1)))).hasSizeLessThan(few + 500);
        assertThat(CatalogIndex.write(List.of(entry(60, 2, 10_000)))).hasSizeLessThan(few + 500);
    }

    @Test
    void anEntryHasTheNewestDumpWithAPublisherForTheFeed() throws Exception {
        assertThat(entry(500, 1, 1).dumps())
                .hasSize(CatalogEntry.MOST_EVENTS + 1)
                .last()
                .extracting(DumpSummary::publisher)
                .isEqualTo("The publisher");
    }

    @Test
    void reasonsOfDamagedDumpsAndNamesOfWithdrawnFilesAreNotStored() throws Exception {
        store(entry(1, 1, 1));
        assertThat(text()).doesNotContain("a reason with a path").doesNotContain("\"b\"");
    }

    private String text() throws Exception {
        byte[] stored = bucket.objects.get(CatalogIndex.FILE_NAME);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void replace(String text) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        bucket.objects.put(CatalogIndex.FILE_NAME, bytes.toByteArray());
    }

    @Test
    void aMissingIndexIsNone() throws Exception {
        assertThat(CatalogIndex.read(bucket)).isEmpty();
    }

    @Test
    void aTruncatedIndexIsNone() throws Exception {
        store(entry(2, 2, 2));
        byte[] whole = bucket.objects.get(CatalogIndex.FILE_NAME);
        for (int length = 0; length < whole.length; length += 7) {
            bucket.objects.put(CatalogIndex.FILE_NAME, Arrays.copyOf(whole, length));
            assertThat(CatalogIndex.read(bucket)).as("%d bytes", length).isEmpty();
        }
    }

    @Test
    void anIndexWithOtherBytesIsNoneOrTheSame() throws Exception {
        CatalogEntry entry = entry(2, 2, 2);
        store(entry);
        byte[] whole = bucket.objects.get(CatalogIndex.FILE_NAME);
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] other = whole.clone();
            other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
            bucket.objects.put(CatalogIndex.FILE_NAME, other);
            // Bytes of the header of gzip have no meaning here.
            CatalogIndex.read(bucket).ifPresent(read -> assertThat(read).containsExactly(Map.entry("journals", entry)));
        }
    }

    @Test
    void aChangedLineWithAValidChecksumOfGzipIsNone() throws Exception {
        store(entry(2, 2, 2));
        String text = text();
        replace(text);
        assertThat(CatalogIndex.read(bucket)).isPresent();
        replace(text.replace("\"title\":\"Journals\"", "\"title\":\"Gournals\""));
        assertThat(CatalogIndex.read(bucket)).isEmpty();
        replace(text + "{}\n");
        assertThat(CatalogIndex.read(bucket)).isEmpty();
    }

    @Test
    void anIndexOfAnotherVersionIsNone() throws Exception {
        store(entry(2, 2, 2));
        String head = "{\"spillway_catalog\":" + CatalogIndex.FORM;
        String changed = text().replace(head, "{\"spillway_catalog\":" + (CatalogIndex.FORM + 1));
        String lines = changed.substring(0, changed.lastIndexOf("{\"sha256\""));
        replace(lines + "{\"sha256\":\"" + Digests.sha256(lines.getBytes(StandardCharsets.UTF_8)) + "\"}\n");
        assertThat(CatalogIndex.read(bucket)).isEmpty();
    }

    @Test
    void anIndexThatCannotBeReadNowFailsTheCall() throws Exception {
        store(entry(2, 2, 2));
        bucket.refused = CatalogIndex.FILE_NAME;
        assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> CatalogIndex.read(bucket));
    }

    /** An index of an older version lacks members that were added since: change the form together with this text. */
    @Test
    void theFormIsThatOfTheMembersThatAreStored() {
        String members = Stream.of(
                        CatalogEntry.class,
                        Manifest.class,
                        Manifest.Source.class,
                        Manifest.Format.class,
                        Part.class,
                        SideFile.class,
                        CustomLicense.class,
                        Changes.class,
                        DumpSummary.class,
                        DumpId.class,
                        Withdrawal.class,
                        DatasetStatus.LastAttempt.class)
                .map(type -> type.getSimpleName()
                        + Arrays.stream(type.getRecordComponents())
                                .map(RecordComponent::getName)
                                .toList())
                .collect(Collectors.joining("\n"));
        assertThat(CatalogIndex.FORM + "\n" + members).isEqualTo("""
                        1
                        CatalogEntry[dataset, latest, dumps, mirrors, damaged, withdrawn, status, lastAttempt]
                        Manifest[formatVersion, dataset, dump, title, description, license, homepage, covers, nextDue, \
                        takenAt, source, documents, bytes, schemaVersion, schemaChanges, previous, accepted, formats, \
                        parts, files, repaired, spillway, publisher, customLicense, changes]
                        Source[product, version, name, indices, filtered, query, documents, altered, fields, now, \
                        vectors, snapshot, where]
                        Format[name, compression, options, leftOut]
                        Part[name, format, compression, bytes, bytesUncompressed, documents, sha256, md5, sha1]
                        SideFile[name, bytes, sha256]
                        CustomLicense[name, url]
                        Changes[key, from, newChain, counts, digest, files]
                        DumpSummary[id, title, publisher, hasPage, takenAt, documents, bytes, partCount, firstParts, \
                        changes]
                        DumpId[dataset, instant]
                        Withdrawal[dump, reason, withdrawnAt, documents, bytes, files, filesDeleted]
                        LastAttempt[at, outcome, exitCode, fault, reason]""");
    }

    @Test
    void aDumpThatLeavesIsRecordedOnlyBesideAnIndex() throws Exception {
        DumpId dump = new DumpId("journals", TAKEN);
        CatalogIndex.announceRemoval(bucket, dump);
        assertThat(bucket.objects).isEmpty();
        store();
        CatalogIndex.announceRemoval(bucket, dump);
        CatalogIndex.announceRemoval(bucket, new DumpId("a-b-c", TAKEN));
        assertThat(CatalogIndex.removals(bucket)).containsExactlyInAnyOrder(dump, new DumpId("a-b-c", TAKEN));
        CatalogIndex.endRemoval(bucket, dump);
        assertThat(CatalogIndex.removals(bucket)).containsExactly(new DumpId("a-b-c", TAKEN));
    }

    @Test
    void aRecordThatCannotBeWrittenDoesNotDelayAWithdrawal() throws Exception {
        store();
        bucket.away = true;
        CatalogIndex.announceRemoval(bucket, new DumpId("journals", TAKEN));
        bucket.away = false;
        assertThat(CatalogIndex.removals(bucket)).isEmpty();
    }

    @Test
    void otherFilesInTheFolderOfLeavingDumpsAreIgnored() throws Exception {
        bucket.objects.put(CatalogIndex.REMOVALS + "/notes", new byte[0]);
        bucket.objects.put(CatalogIndex.REMOVALS + "/.2026-11-21T030000Z", new byte[0]);
        bucket.objects.put(CatalogIndex.REMOVALS + "/UPPER.2026-11-21T030000Z", new byte[0]);
        assertThat(CatalogIndex.removals(bucket)).isEmpty();
    }

    @Test
    void noDatasetCanTakeTheNames() {
        assertThat(Dataset.isName(CatalogIndex.REMOVALS)).isFalse();
        assertThat(Dataset.isName(CatalogIndex.FILE_NAME)).isFalse();
    }
}
