package io.spillway.support;

import io.spillway.config.Secret;
import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.archive.ArchiveOptions;
import io.spillway.destination.archive.InternetArchive;
import io.spillway.destination.archive.ItemMetadata;
import io.spillway.destination.archive.ItemTemplate;
import io.spillway.destination.archive.StubArchive;
import io.spillway.destination.local.LocalDirectory;
import io.spillway.destination.s3.S3Bucket;
import io.spillway.destination.s3.S3FaultProxy;
import io.spillway.destination.s3.S3Server;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Manifest;
import io.spillway.verify.DumpCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Places to deliver dumps to: a bucket of a real S3 server behind a proxy that counts and disturbs requests, and the
 * stand-in for the Internet Archive; and schedules that name them. Everything runs in this JVM, on loopback.
 */
public final class Stores implements AutoCloseable {
    /** The dataset of all schedules. */
    public static final String DATASET = "records";

    private final Path folder;
    private final S3Server server = S3Server.inMemory();
    private final S3FaultProxy proxy = S3FaultProxy.before(server.endpoint());
    private final StubArchive archive = new StubArchive();

    /** @param folder for keys, schedules, dumps and state; empty */
    public Stores(Path folder) throws Exception {
        this.folder = folder;
    }

    public S3Server server() {
        return server;
    }

    public S3FaultProxy proxy() {
        return proxy;
    }

    public StubArchive archive() {
        return archive;
    }

    /** The directory among the destinations. */
    public Path directory() {
        return folder.resolve("dumps");
    }

    /** The folder for state between runs. */
    public Path state() {
        return folder.resolve("state");
    }

    /** Sends dumps to the directory. */
    public String toDirectory() {
        return "directory: " + directory();
    }

    /** Sends dumps to the bucket. */
    public String toBucket() throws IOException {
        return toBucket(S3Server.BUCKET, proxy.endpoint(), S3Server.SECRET_KEY, "");
    }

    /** Sends dumps to a bucket, with this secret key, and more settings after a comma. */
    public String toBucket(String bucket, URI endpoint, String secretKey, String more) throws IOException {
        return ("s3: {bucket: %s, prefix: public/, endpoint: \"%s\", path-style: true,"
                        + " public-url: \"https://dumps.example.org/\", try-public-url: false, access-key: \"%s\", secret-key: \"%s\"%s}")
                .formatted(bucket, endpoint, reference(S3Server.ACCESS_KEY), reference(secretKey), more);
    }

    /** Sends dumps to the archive, without waiting if it accepts no uploads. */
    public String toArchive() throws IOException {
        return toArchive(StubArchive.SECRET_KEY);
    }

    /** The same, with this secret key. */
    public String toArchive(String secretKey) throws IOException {
        return ("internet-archive: {item: \"example-{dataset}-{stamp}\", collection: test_collection, send-within: 0s,"
                        + " uploads: \"%s\", site: \"%s\", access-key: \"%s\", secret-key: \"%s\"}")
                .formatted(archive.url(), archive.url(), reference(StubArchive.ACCESS_KEY), reference(secretKey));
    }

    /** A schedule file for an index that is read in one slice, with these destinations. */
    public Path schedule(URI cluster, String index, String... destinations) throws IOException {
        String text =
                "dataset: %s%nsource: {elasticsearch: \"%s\", index: %s, slices: 1}%nstate: %s%ndestinations:%n  - %s%n"
                        .formatted(DATASET, cluster, index, state(), String.join("\n  - ", destinations));
        return Files.writeString(Files.createTempFile(folder, "schedule", ".yaml"), text);
    }

    /** A reference to a secret. */
    public String reference(String secret) throws IOException {
        Path file = Files.createTempFile(folder, "key", ".txt");
        return "${file:" + Files.writeString(file, secret) + "}";
    }

    /** The directory, open. */
    public Destination openDirectory() throws SpillwayException {
        return LocalDirectory.openToRead(directory());
    }

    /** The bucket, open, without the proxy. */
    public Destination openBucket() throws SpillwayException {
        return S3Bucket.open(server.options());
    }

    /** The archive, open. */
    public Destination openArchive() throws SpillwayException, IOException {
        return InternetArchive.open(new ArchiveOptions(
                new ItemTemplate("example-{dataset}-{stamp}"),
                "test_collection",
                ArchiveOptions.MEDIATYPE,
                new ItemMetadata(DATASET, "", null, null, List.of()),
                Secret.parse(reference(StubArchive.ACCESS_KEY)),
                Secret.parse(reference(StubArchive.SECRET_KEY)),
                new ArchiveOptions.Endpoints(archive.url(), archive.url(), Set.of()),
                ArchiveOptions.Patience.DEFAULT,
                folder));
    }

    /** Reads a dump as {@code verify} does; closes the destination. */
    public static Manifest verify(Destination destination, String dump) throws SpillwayException, InterruptedException {
        try (destination) {
            return DumpCheck.check(destination, new ObjectKey(dump));
        }
    }

    /** The dumps whose manifest is in the bucket, oldest first. */
    public List<String> dumpsInBucket() throws SpillwayException {
        try (Destination bucket = openBucket()) {
            return bucket.list(DATASET + "/").stream()
                    .map(object -> object.key().value())
                    .filter(key -> key.endsWith("/" + Manifest.FILE_NAME))
                    .map(key -> key.substring(0, key.lastIndexOf('/')))
                    .toList();
        }
    }

    @Override
    public void close() throws Exception {
        proxy.close();
        server.close();
        archive.close();
    }
}
