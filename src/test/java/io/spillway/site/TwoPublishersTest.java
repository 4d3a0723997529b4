package io.spillway.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.catalog.Catalog;
import io.spillway.dataset.DumpId;
import io.spillway.deliver.Deliveries;
import io.spillway.deliver.Deliveries.Delivery;
import io.spillway.deliver.EarlyUpload;
import io.spillway.deliver.StatusFile;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3Options;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.run.SyntheticExport;
import io.spillway.support.PublishedDumps;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Two machines without a shared lock publish one dataset to one bucket. The first is stopped at one of its requests and
 * presumed dead. It continues when the second, which has removed what it took for orphans, is done. {@code
 * -Dspillway.publishers.step=1} stops it at every request.
 */
@Timeout(300)
@Tag("slow")
class TwoPublishersTest {
    private static final JsonMapper JSON = new JsonMapper();
    /**
     * Pages in another language than the first, and files of a dump that are sent like its README: they are written alike, so
     * stopping at each of them shows nothing new.
     */
    private static final Pattern ALIKE = Pattern.compile("/index\\.[a-z-]+\\.html[? ]"
            + "|/\\d{4}-\\d\\d-\\d\\dT\\d{6}Z/(?:LICENSE\\.txt|CITATION\\.cff|index\\.html|sample\\.jsonl|schema\\.json"
            + "|datapackage\\.json|croissant\\.json|run\\.json|urls\\.txt)[? ]");

    /** Of the other requests every such one is tried; 1 for all of them. */
    private static final int STEP = Integer.getInteger("spillway.publishers.step", 2);

    private static final Instant OLDER = Instant.parse("2026-11-14T03:00:00Z");
    private static final Instant NEWER = Instant.parse("2026-11-21T03:00:00Z");

    private static S3Server server;
    private static S3FaultProxy proxy;

    @TempDir
    private Path folder;

    private String prefix = "";

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.inMemory();
        proxy = S3FaultProxy.before(server.endpoint());
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereverTheFirstIsStoppedDumpsAreWholeOrAbsentAndLinksNeverGoBack(boolean firstIsOlder) throws Exception {
        Instant first = firstIsOlder ? OLDER : NEWER;
        List<String> requests = requestsOf(first);
        assertThat(requests).hasSizeBetween(40, 400);
        int step = firstIsOlder ? STEP : 3 * STEP;
        int different = 0;
        for (int request = 1; request <= requests.size(); request++) {
            if (!ALIKE.matcher(requests.get(request - 1)).find() && different++ % step == 0) {
                stoppedAt(request, first, firstIsOlder ? NEWER : OLDER);
            }
        }
        assertThat(different).isGreaterThan(30);
    }

    /** The first lines of the requests of a publisher that is alone. */
    private List<String> requestsOf(Instant date) throws Exception {
        prefix = "%d-alone/".formatted(date.getEpochSecond());
        proxy.disturb((kind, number) -> null);
        assertThat(published(folder.resolve("alone"), date, proxy.endpoint())).isEmpty();
        return proxy.heads().stream().map(head -> head.get(0)).toList();
    }

    private void stoppedAt(int request, Instant firstsDate, Instant secondsDate) throws Exception {
        prefix = "%d-%03d/".formatted(firstsDate.getEpochSecond(), request);
        Path work = Files.createDirectory(folder.resolve("at" + request));
        List<String> pointers = new ArrayList<>();
        List<Exception> ofTheSecond = new ArrayList<>();
        proxy.disturb((kind, number) -> {
            if (number == request) {
                published(work.resolve("second"), secondsDate, server.endpoint())
                        .ifPresent(ofTheSecond::add);
            }
            latest().ifPresent(pointers::add);
            return null;
        });
        Optional<Exception> failure = published(work.resolve("first"), firstsDate, proxy.endpoint());
        assertThat(proxy.seen()).hasSizeGreaterThanOrEqualTo(request);
        latest().ifPresent(pointers::add);

        String where = "stopped at request %d, a %s: %s"
                .formatted(request, proxy.seen().get(request - 1), failure.map(Exception::toString));
        assertThat(ofTheSecond).as(where).isEmpty();
        assertThat(failure.map(Exception::getClass))
                .as(where)
                .isIn(Optional.empty(), Optional.of(SpillwayException.class));
        assertThat(pointers).as(where).isSorted();
        try (S3Bucket bucket = bucket(server.endpoint())) {
            for (Instant date : List.of(OLDER, NEWER)) {
                ObjectKey dump = new ObjectKey(new DumpId("journals", date).toString());
                if (bucket.find(dump.child(Manifest.FILE_NAME)).isPresent()) {
                    DumpCheck.check(bucket, dump);
                } else {
                    assertThat(date).as(where).isEqualTo(firstsDate);
                    assertThat(failure).as(where).isPresent();
                }
            }
            String newest = Catalog.read(bucket)
                    .dataset("journals")
                    .orElseThrow()
                    .latest()
                    .dump();
            assertThat(pointers.get(pointers.size() - 1)).as(where).isEqualTo(newest);
            assertThat(json(bucket, "links.json").at("/datasets/0/dump").textValue())
                    .as(where)
                    .isEqualTo(newest);
            assertThat(json(bucket, "journals/status.json")
                            .at("/last_good/dump")
                            .textValue())
                    .as(where)
                    .isEqualTo(newest);
        }
    }

    /** What an export does once its dump is written: early uploads, the rest, the status, the links. */
    private Optional<Exception> published(Path home, Instant date, URI endpoint) {
        try (LocalDirectory directory = LocalDirectory.open(home);
                S3Bucket bucket = bucket(endpoint)) {
            Deliveries deliveries = new Deliveries(
                    directory,
                    directory::folder,
                    true,
                    List.of(bucket),
                    SyntheticExport.terms(directory).withAnyway(Set.of(new DumpId("journals", date))));
            deliveries.removeOrphans("journals");
            Manifest manifest = new PublishedDumps().publish(home, "journals", date, 1);
            Path links = Files.createDirectory(home.resolve("ahead"));
            try (EarlyUpload ahead = deliveries.ahead(manifest.id(), links)) {
                ahead.offer(home.resolve(manifest.dump())
                        .resolve(manifest.parts().get(0).name()));
                ahead.keep();
            }
            for (Delivery delivery : deliveries.deliver(manifest)) {
                if (delivery.failure() != null) {
                    throw delivery.failure();
                }
            }
            new StatusFile(bucket, "journals", Clock.systemUTC()).published(manifest);
            new SiteWriter(bucket, List.of(), SiteWriter.Turns.NONE, Clock.systemUTC()).publish("journals");
            return Optional.empty();
        } catch (Exception e) {
            return Optional.of(e);
        }
    }

    private S3Bucket bucket(URI endpoint) throws SpillwayException {
        S3Options usual = S3Server.options(endpoint, S3Options.Dialect.AMAZON);
        return S3Bucket.open(new S3Options(
                new S3Options.Address(
                        S3Server.BUCKET,
                        prefix,
                        null,
                        endpoint,
                        true,
                        usual.address().publicUrl()),
                usual.credentials(),
                usual.dialect(),
                usual.keeping(),
                usual.sending(),
                usual.patience()));
    }

    /** What readers see at this moment. */
    private Optional<String> latest() {
        try {
            byte[] file = server.client()
                    .getObjectAsBytes(request -> request.bucket(S3Server.BUCKET).key(prefix + "journals/latest.json"))
                    .asByteArray();
            return Optional.of(JSON.readTree(file).path("dump").textValue());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(S3Bucket bucket, String key) throws Exception {
        try (InputStream in = bucket.open(new ObjectKey(key))) {
            return JSON.readTree(in);
        }
    }
}
