package io.spillway.destination.s3;

import io.spillway.fault.SpillwayException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The unfinished uploads of the bucket, and which keys this process is writing to. An upload under another key is what a
 * dead process has left: nobody else writes to a dataset while we hold its lock. Safe for many threads.
 */
final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private final S3Connection connection;
    private final Set<String> writing = ConcurrentHashMap.newKeySet();

    Uploads(S3Connection connection) {
        this.connection = connection;
    }

    /** Claims a key, as it is called in the bucket; false if another thread of this process is writing to it. */
    boolean claim(String key) {
        return writing.add(key);
    }

    void release(String key) {
        writing.remove(key);
    }

    /** Uploads of this very key, the newest first; to be called by who has claimed it. */
    List<MultipartUpload> of(String key) throws SpillwayException {
        return below(key).stream().filter(upload -> upload.key().equals(key)).toList();
    }

    /** Uploads under keys that start with {@code prefix} and that nobody in this process is writing to. */
    List<MultipartUpload> leftBelow(String prefix) throws SpillwayException {
        return below(prefix).stream()
                .filter(upload -> !writing.contains(upload.key()))
                .toList();
    }

    private List<MultipartUpload> below(String prefix) throws SpillwayException {
        List<MultipartUpload> found = new ArrayList<>();
        connection.ask(Action.LIST_UPLOADS, prefix, () -> {
            ListMultipartUploadsRequest request = ListMultipartUploadsRequest.builder()
                    .bucket(connection.bucket())
                    .prefix(prefix)
                    .overrideConfiguration(connection.cleanup())
                    .build();
            // Some stores look at the start of a key less closely than they should.
            connection.client().listMultipartUploadsPaginator(request).uploads().stream()
                    .filter(upload -> upload.key().startsWith(prefix))
                    .forEach(found::add);
            return found;
        });
        found.sort(Comparator.comparing(MultipartUpload::initiated, Comparator.nullsLast(Comparator.reverseOrder())));
        return found;
    }

    /** What an upload has in the store by now; empty where it has ended meanwhile. */
    List<Part> pieces(String key, String id) throws SpillwayException {
        List<Part> found = new ArrayList<>();
        connection.ask(Action.LIST_PIECES, key, () -> {
            try {
                connection
                        .client()
                        .listPartsPaginator(request -> request.bucket(connection.bucket())
                                .key(key)
                                .uploadId(id)
                                .overrideConfiguration(connection.cleanup()))
                        .parts()
                        .forEach(found::add);
            } catch (S3Exception e) {
                if (e.statusCode() != 404) {
                    throw e;
                }
            }
            return found;
        });
        return found;
    }

    /** Ends an upload and frees its pieces; one that has ended already is fine. */
    void abort(String key, String id) throws SpillwayException {
        connection.ask(Action.ABORT, key, () -> {
            try {
                return connection
                        .client()
                        .abortMultipartUpload(request -> request.bucket(connection.bucket())
                                .key(key)
                                .uploadId(id)
                                .overrideConfiguration(connection.cleanup()));
            } catch (S3Exception e) {
                if (e.statusCode() == 404) {
                    return null;
                }
                throw e;
            }
        });
    }

    /**
     * Ends every upload of a key that this thread has claimed, {@code id} among them if there is one: an answer that got
     * lost may have started more than one. Also in a thread that was interrupted, whose flag stays as it was. What can't
     * be ended now is logged, and is found again by the next upload or by {@link S3Bucket#sweep}.
     */
    void abortAll(String key, List<String> known) {
        boolean interrupted = Thread.interrupted();
        try {
            for (String id : known) {
                abort(key, id);
            }
            for (MultipartUpload each : of(key)) {
                abort(key, each.uploadId());
            }
        } catch (SpillwayException | SdkException e) {
            LOG.warn("an unfinished upload may be left in the bucket key={} reason={}", key, e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
