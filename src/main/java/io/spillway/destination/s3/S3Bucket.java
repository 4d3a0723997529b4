package io.spillway.destination.s3;

import io.spillway.destination.Destination;
import io.spillway.destination.Digests;
import io.spillway.destination.FolderNames;
import io.spillway.destination.HeldUploads;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket, or the part below a prefix of it. A key is the rest of an object's name.
 *
 * <p>Every object has its SHA-256 as metadata ({@code x-amz-meta-sha256}). Names that are never overwritten are written
 * on the condition that no object has them, if the store supports it ({@link S3Options.Dialect#conditionalWrites}).
 * After a lost response, the object is looked up. After an upload, the store's own checksum or ETag is compared; if it
 * reports none that can be compared, the object is read back.
 *
 * <p>Files are never held in memory: a piece in progress takes some tens of KiB of heap, whatever its size. One thread
 * at a time writes a key; a second one fails with {@code ALREADY_RUNNING}. The dataset's lock, which the caller holds,
 * keeps other processes from writing its keys. An object left by an earlier upload of the same file is verified by the
 * store's checksum or its bytes, and replaced if it is damaged.
 *
 * <p>An interrupt ends a call with {@code CANCELLED} and leaves the flag set; a pending request ends within the limits
 * of {@link S3Options.Patience}.
 */
public final class S3Bucket implements Destination, FolderNames, HeldUploads {
    private static final Logger LOG = LoggerFactory.getLogger(S3Bucket.class);

    private static final Traits TRAITS = new Traits(true, true, false, PiecePlan.LARGEST_OBJECT);

    /** The next file is hashed while one is being sent; more would spread the same pieces over more files. */
    private static final int FILES_AT_ONCE = 3;

    /** One retry, for a store with a temporary error. */
    private static final int CHECK_ATTEMPTS = 2;

    private final S3Connection connection;
    private final Uploads uploads;
    private final Confirmation confirmation;
    private final Sender sender;

    private S3Bucket(S3Connection connection) {
        this.connection = connection;
        this.uploads = new Uploads(connection);
        this.confirmation = new Confirmation(connection);
        this.sender = new Sender(connection, uploads, confirmation);
    }

    /**
     * Creates the destination. Sends no request; see {@link #check}.
     *
     * @throws SpillwayException {@code CONFIG} if there is no region or no such profile
     */
    public static S3Bucket open(S3Options options) throws SpillwayException {
        return new S3Bucket(S3Connection.open(options));
    }

    @Override
    public String name() {
        return connection.name();
    }

    /** {@inheritDoc} The bytes are spooled to a temporary file until then. */
    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        try {
            return new S3Upload(sender, connection.options().dialect().checksums(), key);
        } catch (IOException e) {
            throw unreadable("cannot create a temporary file for " + key, e);
        }
    }

    /** {@inheritDoc} The stream fails with an {@link IOException} if the connection breaks. */
    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        return confirmation.open(key);
    }

    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        return connection
                .head(key)
                .map(head -> new StoredObject(
                        key, head.contentLength(), Confirmation.sha256(head), Checksums.unquoted(head.eTag())));
    }

    /**
     * {@inheritDoc} An ETag that is the MD5 of the bytes proves that the object has them. Another ETag proves nothing: those of
     * objects that were uploaded in pieces or encrypted with a key of the owner are no MD5.
     */
    @Override
    public boolean holds(StoredObject object, byte[] bytes) throws SpillwayException, IOException {
        boolean sameMd5 = object.bytes() == bytes.length
                && HexFormat.of().formatHex(Digests.md5().digest(bytes)).equals(object.version());
        return sameMd5 || Destination.super.holds(object, bytes);
    }

    /**
     * {@inheritDoc} The store compares the version if it supports
     * {@linkplain S3Options.Dialect#conditionalWrites conditional writes}; otherwise it is compared just before.
     */
    @Override
    public boolean replace(ObjectKey key, byte[] bytes, @Nullable String version) throws SpillwayException {
        if (!connection.options().dialect().conditionalWrites()) {
            return Destination.super.replace(key, bytes, version);
        }
        return sender.replace(content(bytes, key), key, ObjectHeaders.replaceable(key), version);
    }

    /** {@inheritDoc} Sends the bytes from memory: a process that is killed meanwhile leaves no file. */
    @Override
    public void write(ObjectKey key, byte[] bytes) throws SpillwayException {
        StoredObject stored = sender.send(content(bytes, key), key, ObjectHeaders.replaceable(key), false);
        LOG.debug("written key={} bytes={}", stored.key(), stored.bytes());
    }

    private Content content(byte[] bytes, ObjectKey key) throws SpillwayException {
        try {
            return Content.of(bytes, connection.options().dialect().checksums());
        } catch (IOException e) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE, "cannot read the bytes of " + key + ": " + e.getMessage(), null, e);
        }
    }

    /** {@inheritDoc} Objects whose names are not keys are not listed. */
    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        int root = connection.options().address().prefix().length();
        List<StoredObject> found = new ArrayList<>();
        for (S3Object object : objects(prefix)) {
            key(object.key().substring(root))
                    .ifPresent(key ->
                            found.add(new StoredObject(key, object.size(), null, Checksums.unquoted(object.eTag()))));
        }
        found.sort(Comparator.comparing(StoredObject::key));
        return found;
    }

    @Override
    public List<String> namesBelow(String folder) throws SpillwayException {
        int top = connection.options().address().prefix().length() + folder.length();
        return objects(folder).stream()
                .map(object -> object.key().substring(top))
                .sorted()
                .toList();
    }

    private List<S3Object> objects(String prefix) throws SpillwayException {
        if (!startsKeys(prefix)) {
            return List.of();
        }
        String start = connection.options().address().prefix() + prefix;
        List<S3Object> found = new ArrayList<>();
        @Nullable
        String wrong = connection.ask(Action.LIST, start, () -> {
            String token = null;
            for (ListObjectsV2Response page : connection
                    .client()
                    .listObjectsV2Paginator(request -> request.bucket(connection.bucket())
                            .prefix(start)
                            // XML cannot contain every character of a foreign key.
                            .encodingType(EncodingType.URL))) {
                String flaw = flaw(page, token);
                if (flaw != null) {
                    return flaw;
                }
                page.contents().stream()
                        .filter(object -> object.key().startsWith(start))
                        .forEach(found::add);
                token = page.nextContinuationToken();
            }
            return null;
        });
        if (wrong != null) {
            throw new SpillwayException(
                    Fault.DESTINATION_UNAVAILABLE,
                    "destination %s could not list \"%s\": %s".formatted(name(), prefix, wrong),
                    "check that the endpoint is the store itself: a proxy or the store returned something else");
        }
        return found;
    }

    /**
     * Why a response is not a page of a listing that ends, or null. The SDK reads any well-formed XML and an empty body as an
     * empty list, and ends at a page without a token, as if no other object existed.
     *
     * @param token the token with which the page was requested, or null for the first page
     */
    private static @Nullable String flaw(ListObjectsV2Response page, @Nullable String token) {
        String next = page.nextContinuationToken();
        if (page.isTruncated() == null) {
            return "the response is not a list of objects";
        } else if (page.isTruncated() && (next == null || next.isEmpty())) {
            return "the list is incomplete, and the response does not state how to continue";
        }
        return next != null && next.equals(token) ? "the response repeats a page" : null;
    }

    /**
     * Whether keys can start with this prefix. Checked here, because a store that keeps objects as files may interpret
     * {@code ../}.
     */
    private static boolean startsKeys(String prefix) {
        return prefix.isEmpty()
                || key(prefix.endsWith("/") ? prefix + "a" : prefix).isPresent();
    }

    private static Optional<ObjectKey> key(String value) {
        try {
            return Optional.of(new ObjectKey(value));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        connection.ask(
                Action.DELETE,
                key.value(),
                () -> connection
                        .client()
                        .deleteObject(
                                request -> request.bucket(connection.bucket()).key(connection.full(key))));
    }

    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        Content content = content(file);
        Optional<HeadObjectResponse> there = connection.head(key);
        if (there.isEmpty()) {
            return sender.send(content, key, ObjectHeaders.stored(key), true);
        }
        if (confirmation.isSame(key, there.get(), content)) {
            return new StoredObject(key, content.bytes(), content.sha256());
        }
        if (!Confirmation.isMeantAs(there.get(), content)) {
            throw sender.taken(key);
        }
        LOG.warn("an earlier upload of the same file is damaged and will be sent again key={}", key);
        delete(key);
        return sender.send(content, key, ObjectHeaders.stored(key), true);
    }

    /** {@inheritDoc} Sends the pieces of an uncompleted upload; a file of one piece is not sent. */
    @Override
    public void prepare(Path file, ObjectKey key) throws SpillwayException {
        if (connection.head(key).isEmpty()) {
            sender.prepare(content(file), key, ObjectHeaders.stored(key));
        }
    }

    @Override
    public void abandon(ObjectKey key) throws SpillwayException {
        sender.abandon(key);
    }

    /** {@inheritDoc} A file of one piece is a multipart upload, too. */
    @Override
    public String hold(Path file, ObjectKey key) throws SpillwayException {
        return sender.hold(content(file), key, ObjectHeaders.stored(key)).write();
    }

    @Override
    public StoredObject complete(String held) throws SpillwayException {
        return sender.complete(HeldObject.read(held));
    }

    @Override
    public ObjectKey heldKey(String held) throws SpillwayException {
        return new ObjectKey(HeldObject.read(held).key());
    }

    @Override
    public void abort(String held) throws SpillwayException {
        HeldObject upload = HeldObject.read(held);
        uploads.abort(connection.full(new ObjectKey(upload.key())), upload.upload());
    }

    @Override
    public int abortBelow(ObjectKey folder) throws SpillwayException {
        return uploads.abortBelow(connection.full(folder) + "/");
    }

    private Content content(Path file) throws SpillwayException {
        try {
            return Content.of(file, connection.options().dialect().checksums());
        } catch (IOException e) {
            throw unreadable("cannot read " + file, e);
        }
    }

    /**
     * {@inheritDoc} Files are sent in the order of their names, a few in parallel, and stay in the folder. If
     * {@code last} already exists and differs, nothing is sent.
     *
     * @throws IllegalArgumentException if the folder lacks {@code last} or contains anything except regular files whose
     *     names are valid in keys
     */
    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        List<Path> files = finishedFiles(folder, last);
        Path lastFile = folder.resolve(last);
        requireSameOrAbsent(lastFile, prefix.child(last));
        List<Callable<StoredObject>> stores = new ArrayList<>();
        for (Path file : files) {
            if (!file.equals(lastFile)) {
                stores.add(() -> store(file, prefix.child(file.getFileName().toString())));
            }
        }
        S3Connection.atOnce("placing of " + prefix, FILES_AT_ONCE, stores);
        store(lastFile, prefix.child(last));
    }

    private void requireSameOrAbsent(Path file, ObjectKey key) throws SpillwayException {
        Optional<HeadObjectResponse> there = connection.head(key);
        if (there.isPresent()) {
            Content content = content(file);
            if (!Confirmation.isMeantAs(there.get(), content) && !confirmation.isSame(key, there.get(), content)) {
                throw sender.taken(key);
            }
        }
    }

    private static List<Path> finishedFiles(Path folder, String last) throws SpillwayException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.sorted().toList();
        } catch (IOException e) {
            throw unreadable("cannot read " + folder, e);
        }
        for (Path file : files) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    || key(file.getFileName().toString()).isEmpty()) {
                throw new IllegalArgumentException("not a regular file: " + file);
            }
        }
        if (!files.contains(folder.resolve(last))) {
            throw new IllegalArgumentException(folder + " has no " + last);
        }
        return files;
    }

    /**
     * Aborts uploads left by crashed processes: every unfinished upload below {@code dataset/} whose key is not being
     * written by this bucket. The caller must hold the dataset's lock, which ensures that no other process is writing
     * there, and must call this after {@link #place}, which continues such uploads if possible.
     *
     * @param dataset a key without a trailing slash
     * @return number of aborted uploads
     */
    @Override
    public int sweep(ObjectKey dataset) throws SpillwayException {
        List<MultipartUpload> left = uploads.leftBelow(connection.full(dataset) + "/");
        for (MultipartUpload upload : left) {
            uploads.abort(upload.key(), upload.uploadId());
            LOG.info("orphaned upload aborted key={}", upload.key());
        }
        return left.size();
    }

    /**
     * Tests on the bucket what an upload needs, under keys that are removed afterwards, and determines the store's
     * dialect. Problems are reported, not thrown.
     */
    public BucketReport check() throws SpillwayException {
        // The check sends corrupted bodies, which an upload would retry until its patience ends.
        try (S3Connection asking = S3Connection.open(connection.options().withAttempts(CHECK_ATTEMPTS))) {
            return new BucketCheck(asking, new Uploads(asking)).run();
        }
    }

    @Override
    public Optional<URI> publicAddress(ObjectKey key) {
        return Optional.ofNullable(connection.options().address().publicUrl()).map(base -> base.resolve(key.value()));
    }

    @Override
    public Traits traits() {
        return TRAITS;
    }

    /** Aborts pending requests and closes all connections. */
    @Override
    public void close() {
        connection.close();
    }

    private static SpillwayException unreadable(String what, IOException e) {
        return Thread.currentThread().isInterrupted()
                ? new SpillwayException(Fault.CANCELLED, "cancelled: " + what, null, e)
                : new SpillwayException(Fault.DESTINATION_UNAVAILABLE, what + ": " + e.getMessage(), null, e);
    }
}
