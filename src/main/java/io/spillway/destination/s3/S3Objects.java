package io.spillway.destination.s3;

import io.spillway.fault.SpillwayException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects of a bucket, below its prefix, for a source that reads them. Sends GET and LIST alone, so that the keys need {@code
 * s3:GetObject} and {@code s3:ListBucket}. Names are relative to the prefix. Thread-safe; an interrupt ends a call with {@code
 * CANCELLED}.
 */
public final class S3Objects implements AutoCloseable {
    private static final int NOT_FOUND = 404;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final S3Connection connection;

    private S3Objects(S3Connection connection) {
        this.connection = connection;
    }

    /**
     * Sends no request. The caller closes the objects.
     *
     * @throws SpillwayException {@code CONFIG} if the SDK finds no region
     */
    public static S3Objects open(S3Options options) throws SpillwayException {
        return new S3Objects(S3Connection.open(options, "source"));
    }

    /** {@code s3://bucket/prefix}. */
    public String name() {
        return connection.name();
    }

    /** One page of a listing. */
    private record Page(Map<String, Long> sizes, @Nullable String next) {}

    /**
     * The objects directly in a folder, with their sizes in bytes.
     *
     * @param folder  empty for the prefix itself, or ends with a slash
     * @param counted is called before each request
     */
    public Map<String, Long> list(String folder, Runnable counted) throws SpillwayException {
        String start = connection.options().address().prefix() + folder;
        Map<String, Long> found = new TreeMap<>();
        String token = null;
        do {
            Page page = page(start, token, counted);
            found.putAll(page.sizes());
            token = page.next();
        } while (token != null);
        return found;
    }

    private Page page(String start, @Nullable String token, Runnable counted) throws SpillwayException {
        counted.run();
        ListObjectsV2Response answer = connection.ask(
                Action.LIST,
                start,
                () -> connection
                        .client()
                        .listObjectsV2(request -> request.bucket(connection.bucket())
                                .prefix(start)
                                .delimiter("/")
                                .continuationToken(token)));
        Map<String, Long> sizes = new TreeMap<>();
        for (S3Object object : answer.contents()) {
            sizes.put(object.key().substring(start.length()), object.size());
        }
        return new Page(sizes, Boolean.TRUE.equals(answer.isTruncated()) ? answer.nextContinuationToken() : null);
    }

    /** All bytes of an object; empty if there is none. */
    public Optional<byte[]> read(String name) throws SpillwayException {
        return get(name, null);
    }

    /**
     * A range of an object.
     *
     * @return fewer bytes if it ends before, none from its end; empty if there is no such object
     */
    public Optional<byte[]> read(String name, long from, int length) throws SpillwayException {
        return get(name, "bytes=%d-%d".formatted(from, from + length - 1));
    }

    private Optional<byte[]> get(String name, @Nullable String range) throws SpillwayException {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(connection.bucket())
                .key(connection.options().address().prefix() + name)
                .range(range)
                .build();
        byte @Nullable [] bytes = connection.ask(Action.READ, name, () -> {
            try {
                return connection.client().getObjectAsBytes(request).asByteArrayUnsafe();
            } catch (S3Exception e) {
                if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
                    return new byte[0];
                } else if (e.statusCode() == NOT_FOUND && !S3Faults.code(e).equals("NoSuchBucket")) {
                    return null;
                }
                throw e;
            }
        });
        return Optional.ofNullable(bytes);
    }

    @Override
    public void close() {
        connection.close();
    }
}
