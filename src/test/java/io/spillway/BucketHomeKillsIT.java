package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3FaultProxy.Kind;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.Fault;
import io.spillway.files.Folders;
import io.spillway.manifest.Manifest;
import io.spillway.manifest.Part;
import io.spillway.manifest.Removal;
import io.spillway.support.CommandRun;
import io.spillway.support.Program;
import io.spillway.support.StubElasticsearch;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The packaged program as a process with a bucket as home, on a real S3 server, that is killed or stopped between two requests. A
 * proxy holds the request meanwhile. {@code -Dspillway.bucket-home.kills=0} tries the moment before each request that changes the
 * bucket, and the last one: between two of them, the bucket stays the same. The default is a few moments between any requests.
 */
// With every moment, in series.
@Timeout(value = 4, unit = TimeUnit.HOURS)
class BucketHomeKillsIT {
    private static final int KILLS = Integer.getInteger("spillway.bucket-home.kills", 3);
    private static final int DOCUMENTS = 60;
    private static final String PUBLIC = "public/";
    private static final String KEPT = "kept/";
    private static final String LEASE = "journals/.spillway.lease";
    /** A process whose dump was public before it was stopped reports that when it goes on. */
    private static final Set<String> REPORTS =
            Set.of(LEASE, "journals/status.json", "status.json", "spillway-catalog.jsonl.gz", "spillway-files.json");

    /** Requests that change the bucket. */
    private static final Set<Kind> CHANGES =
            EnumSet.of(Kind.PUT, Kind.CREATE, Kind.PIECE, Kind.COMPLETE, Kind.ABORT, Kind.DELETE);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final StubElasticsearch cluster = StubElasticsearch.of(DOCUMENTS, 2);

    @TempDir
    private Path folder;

    private S3Server store;
    private List<String> shape;
    private List<String> hashes;
    private List<String> dumps;

    /** Two dumps are published; a third removes the first. */
    @BeforeEach
    void publishTwice() throws Exception {
        store = S3Server.inMemory();
        Files.createDirectory(folder.resolve("temporary"));
        assertPublished(export("a", store.endpoint()));
        assertPublished(export("a", store.endpoint()));
        dumps = dumps();
        assertThat(dumps).hasSize(2);
        shape = shape();
        hashes = hashes(dumps.get(0));
        copy(PUBLIC, KEPT);
        copyFolder(folder.resolve("a"), folder.resolve("kept"));
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
        cluster.close();
    }

    private Path schedule(String machine, URI endpoint) throws IOException {
        Path file = Files.createTempFile(folder, "schedule-", ".yaml");
        return Files.writeString(file, """
                dataset: journals
                source: {elasticsearch: "%s", index: books, slices: 2, politeness: {lanes: 2}}
                parts: {documents: 11}
                keep: {last: 2, grace: 0s}
                state: %s
                destinations:
                  - s3: {bucket: %s, prefix: %s, endpoint: "%s", path-style: true, home: true,
                         public-url: "https://dumps.example.org/", try-public-url: false,
                         access-key: "%s", secret-key: "%s"}
                """.formatted(
                        cluster.url(),
                        folder.resolve(machine),
                        S3Server.BUCKET,
                        PUBLIC,
                        endpoint,
                        secret("access", S3Server.ACCESS_KEY),
                        secret("secret", S3Server.SECRET_KEY)));
    }

    private String secret(String name, String value) throws IOException {
        return "${file:" + Files.writeString(folder.resolve(name), value) + "}";
    }

    private CommandRun export(String machine, URI endpoint) throws IOException {
        return CommandRun.of("export", schedule(machine, endpoint).toString());
    }

    private Program start(String machine, URI endpoint) throws IOException {
        return Program.start(
                folder,
                Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + folder.resolve("temporary")),
                "export",
                schedule(machine, endpoint).toString());
    }

    private static void assertPublished(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    // The bucket

    private List<String> keys(String prefix) {
        return store
                .client()
                .listObjectsV2Paginator(
                        request -> request.bucket(S3Server.BUCKET).prefix(prefix))
                .contents()
                .stream()
                .map(S3Object::key)
                .map(key -> key.substring(prefix.length()))
                .toList();
    }

    /** Each object that readers see, with its ETag; not the lease, and without what reports the last attempt. */
    private Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        store.client()
                .listObjectsV2Paginator(
                        request -> request.bucket(S3Server.BUCKET).prefix(PUBLIC))
                .contents()
                .forEach(each -> contents.put(each.key(), each.eTag()));
        contents.keySet().removeIf(key -> REPORTS.contains(key.substring(PUBLIC.length())));
        return contents;
    }

    private List<String> reports() {
        return REPORTS.stream()
                .filter(key -> !key.equals(LEASE))
                .map(key -> read(key).response().eTag())
                .toList();
    }

    /** The dumps that have a manifest and no mark of their removal, oldest first. */
    private List<String> dumps() {
        List<String> keys = keys(PUBLIC);
        return keys.stream()
                .filter(key -> key.endsWith("/manifest.json"))
                .map(key -> key.substring(0, key.lastIndexOf('/')))
                .filter(dump -> !keys.contains(dump + "/" + Removal.FILE_NAME))
                .sorted()
                .toList();
    }

    /** All keys, with numbers instead of the dates of dumps. */
    private List<String> shape() {
        List<String> dates = new ArrayList<>(new TreeSet<>(keys(PUBLIC).stream()
                .filter(key -> key.split("/", -1).length == 3)
                .map(key -> key.split("/", -1)[1])
                .toList()));
        return keys(PUBLIC).stream()
                .map(key -> {
                    String text = key;
                    for (String date : dates) {
                        text = text.replace(date, "dump-" + dates.indexOf(date));
                    }
                    return text;
                })
                .sorted()
                .toList();
    }

    private Manifest verified(String dump) throws Exception {
        try (S3Bucket bucket = S3Bucket.open(store.options())) {
            return DumpCheck.check(bucket, new ObjectKey(dump));
        }
    }

    private List<String> hashes(String dump) throws Exception {
        return verified(dump).parts().stream().map(Part::sha256).toList();
    }

    private String latest() throws Exception {
        return JSON.readTree(read("journals/latest.json").asByteArray())
                .path("dump")
                .asText();
    }

    private ResponseBytes<GetObjectResponse> read(String key) {
        return store.client()
                .getObjectAsBytes(request -> request.bucket(S3Server.BUCKET).key(PUBLIC + key));
    }

    private void copy(String from, String to) {
        for (String key : keys(to)) {
            store.client()
                    .deleteObject(request -> request.bucket(S3Server.BUCKET).key(to + key));
        }
        for (String key : keys(from)) {
            store.client()
                    .copyObject(request -> request.sourceBucket(S3Server.BUCKET)
                            .sourceKey(from + key)
                            .destinationBucket(S3Server.BUCKET)
                            .destinationKey(to + key));
        }
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        Folders.remove(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    /** The bucket and the state folder of machine {@code a} as after {@link #publishTwice}. */
    private void restore() throws Exception {
        copy(KEPT, PUBLIC);
        copyFolder(folder.resolve("kept"), folder.resolve("a"));
        Folders.remove(folder.resolve("b"));
        assertThat(dumps()).isEqualTo(dumps);
    }

    /** The next process sees no change of the lease for a whole period, which is much shorter than that of the program. */
    private void shortenLease() throws Exception {
        ObjectNode lease = (ObjectNode) JSON.readTree(read(LEASE).asByteArray());
        lease.put("period_seconds", 0.1);
        store.client()
                .putObject(
                        request -> request.bucket(S3Server.BUCKET).key(PUBLIC + LEASE),
                        RequestBody.fromBytes(JSON.writeValueAsBytes(lease)));
    }

    private List<String> tree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(root::relativize).map(Path::toString).sorted().toList();
        }
    }

    // The moments

    /** The requests of an export that nothing disturbs. */
    private List<Kind> requests() throws Exception {
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            proxy.disturb((kind, number) -> null);
            assertPublished(export("a", proxy.endpoint()));
            return proxy.seen();
        }
    }

    /** The numbers of requests before which something happens: the commit of the first part and of the manifest, and seeded others. */
    private static List<Integer> moments(List<Kind> requests, int many, long seed) {
        if (many == 0) {
            return IntStream.rangeClosed(1, requests.size())
                    .filter(number -> number == requests.size() || CHANGES.contains(requests.get(number - 1)))
                    .boxed()
                    .toList();
        }
        List<Integer> all = new ArrayList<>(List.of(
                requests.indexOf(Kind.COMPLETE) + 1,
                requests.lastIndexOf(Kind.COMPLETE) + 1,
                requests.lastIndexOf(Kind.COMPLETE) + 2));
        List<Integer> others = new ArrayList<>(
                IntStream.rangeClosed(1, requests.size()).boxed().toList());
        Collections.shuffle(others, new Random(seed));
        all.addAll(others);
        return all.stream().distinct().limit(many).toList();
    }

    /** A process whose requests are held from one on. */
    private final class Held implements AutoCloseable {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final S3FaultProxy proxy = S3FaultProxy.before(store.endpoint());
        private final Program program;
        private final int point;

        /** @param fault what happens to the held requests at the end */
        Held(int point, S3FaultProxy.Fault fault) throws IOException {
            this.point = point;
            proxy.disturb((kind, number) -> {
                if (number < point) {
                    return null;
                }
                reached.countDown();
                awaitGoOn();
                return fault;
            });
            program = start("a", proxy.endpoint());
        }

        private void awaitGoOn() {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Returns whether a request is held; the process may also end with fewer requests. */
        boolean awaitHeld() throws InterruptedException {
            while (!reached.await(5, TimeUnit.MILLISECONDS)) {
                if (!program.isAlive()) {
                    return false;
                }
            }
            return true;
        }

        /** Waits until the store has executed the requests before. */
        void settle() throws InterruptedException {
            proxy.awaitEnded(point - 1);
        }

        void goOn() {
            goOn.countDown();
        }

        @Override
        public void close() throws Exception {
            goOn();
            program.close();
            proxy.close();
        }
    }

    /** Readers see whole dumps: those from before, and perhaps one more. Returns it, or null. */
    private String seen(String moment) throws Exception {
        List<String> now = dumps();
        for (String dump : now) {
            assertThat(hashes(dump)).as(moment).isEqualTo(hashes);
        }
        List<String> added = now.stream().filter(dump -> !dumps.contains(dump)).toList();
        assertThat(added).as(moment).hasSizeLessThan(2);
        assertThat(now).as(moment).contains(latest());
        assertThat(now).as(moment).contains(dumps.get(1));
        return added.isEmpty() ? null : added.get(0);
    }

    private void assertNothingIsLeft(String moment, String machine) throws Exception {
        assertThat(shape()).as(moment).isEqualTo(shape);
        assertThat(store.unfinishedUploads()).as(moment).isZero();
        assertThat(JSON.readTree(read(LEASE).asByteArray()).path("released").asBoolean())
                .as(moment)
                .isTrue();
        assertThat(tree(folder.resolve(machine))).as(moment).isEqualTo(tree(folder.resolve("kept")));
        assertThat(tree(folder.resolve("temporary"))).as(moment).containsExactly("");
    }

    @Test
    void afterAKillBetweenAnyTwoRequestsTheNextExportPublishesOnceAndNothingIsLeft() throws Exception {
        List<Kind> requests = requests();
        for (int point : moments(requests, KILLS, 20_261_130)) {
            restore();
            String moment = "before request %d of %d".formatted(point, requests.size());
            try (Held held = new Held(point, S3FaultProxy.Fault.DROPPED)) {
                boolean isHeld = held.awaitHeld();
                held.program.kill();
                if (isHeld) {
                    held.settle();
                }
            }
            String added = seen(moment);
            shortenLease();

            CommandRun next = export("a", store.endpoint());

            assertThat(next.exitCode()).as(moment + next.err()).isZero();
            assertThat(dumps())
                    .as(moment)
                    .containsExactly(added == null ? dumps.get(1) : added, latest())
                    .doesNotHaveDuplicates();
            assertThat(dumps).as(moment).doesNotContain(latest());
            assertThat(hashes(latest())).as(moment).isEqualTo(hashes);
            assertNothingIsLeft(moment, "a");
        }
    }

    @Test
    void aProcessThatIsStoppedPastItsLeaseChangesNothingWhenItGoesOn() throws Exception {
        List<Kind> requests = requests();
        // The first PUT takes the lease. A process that was stopped before it exports as usual when it continues.
        int taken = requests.indexOf(Kind.PUT) + 1;
        for (int point : moments(requests, KILLS, 20_261_131)) {
            if (point <= taken) {
                continue;
            }
            restore();
            String moment = "before request %d of %d".formatted(point, requests.size());
            // Without a fault, the held requests arrive when the process goes on.
            try (Held held = new Held(point, null)) {
                boolean isHeld = held.awaitHeld();
                if (isHeld) {
                    held.program.suspend();
                    held.settle();
                }
                String added = seen(moment);
                shortenLease();
                assertPublished(export("b", store.endpoint()));
                assertThat(dumps())
                        .as(moment)
                        .containsExactly(added == null ? dumps.get(1) : added, latest())
                        .doesNotHaveDuplicates();
                Map<String, String> after = contents();
                List<String> reports = reports();
                held.goOn();
                if (isHeld) {
                    held.program.resume();
                }

                int exitCode = held.program.exitCode();

                assertThat(exitCode).as(moment + held.program.output()).isIn(0, Fault.ALREADY_RUNNING.exitCode());
                assertThat(exitCode == 0).as(moment).isEqualTo(added != null);
                assertThat(contents()).as(moment).isEqualTo(after);
                assertThat(reports()).as(moment).matches(now -> exitCode == 0 || now.equals(reports));
            }
            assertNothingIsLeft(moment, "a");
        }
    }

    @Test
    void twoProcessesThatStartTogetherPublishOnce() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (S3FaultProxy proxy = S3FaultProxy.before(store.endpoint())) {
            // The first write of each takes the lease.
            proxy.disturb((kind, number) -> {
                if (kind == Kind.PUT && both.getCount() > 0) {
                    both.countDown();
                    await(both);
                }
                return null;
            });
            try (Program one = start("a", proxy.endpoint());
                    Program two = start("b", proxy.endpoint())) {
                assertThat(List.of(one.exitCode(), two.exitCode()))
                        .as(one.output() + two.output())
                        .containsExactlyInAnyOrder(0, Fault.ALREADY_RUNNING.exitCode());
                assertThat(one.output() + two.output()).contains("another export of the same dataset is running");
            }
        }
        assertThat(dumps()).containsExactly(dumps.get(1), latest()).doesNotHaveDuplicates();
        assertNothingIsLeft("two processes", "a");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
