package io.spillway.destination.s3;

import io.spillway.fault.SpillwayException;
import io.spillway.lanes.Interrupts;
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
 * The unfinished uploads of the bucket, and the keys that this process is writing. An upload of another key was left by
 * a crashed process, because the dataset's lock excludes other writers. Thread-safe.
 */
final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private final S3Connection connection;
    private final Set<String> writing = ConcurrentHashMap.newKeySet();

    Uploads(S3Connection connection) {
        this.connection = connection;
    }

    /** Claims a key of the bucket; returns false if another thread of this process is writing it. */
    boolean claim(String key) {
        return writing.add(key);
    }

    void release(String key) {
        writing.remove(key);
    }

    /** Uploads of exactly this key, newest first; the caller has claimed it. */
    List<MultipartUpload> of(String key) throws SpillwayException {
        return below(key).stream().filter(upload -> upload.key().equals(key)).toList();
    }

    /** Uploads of keys that start with {@code prefix} and are not being written by this process. */
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
            // Some stores do not match prefixes exactly.
            connection.client().listMultipartUploadsPaginator(request).uploads().stream()
                    .filter(upload -> upload.key().startsWith(prefix))
                    .forEach(found::add);
            return found;
        });
        found.sort(Comparator.comparing(MultipartUpload::initiated, Comparator.nullsLast(Comparator.reverseOrder())));
        return found;
    }

    /** The pieces that the store has of an upload; empty if it has ended meanwhile. */
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

    /** Aborts an upload and frees its pieces; succeeds if it has already ended. */
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

    /** Aborts one upload after a failure and no other one of its key; works in an interrupted thread. */
    void abortOwn(String key, String id) {
        Interrupts.shielded(() -> {
            try {
                abort(key, id);
            } catch (SpillwayException | SdkException e) {
                LOG.warn("cannot abort an unfinished upload key={} reason={}", key, e.getMessage());
            }
        });
    }

    /** Aborts the uploads of keys that start with {@code prefix}; returns how many. */
    int abortBelow(String prefix) throws SpillwayException {
        int aborted = 0;
        for (MultipartUpload upload : below(prefix)) {
            abort(upload.key(), upload.uploadId());
            LOG.info("unfinished upload aborted key={}", upload.key());
            aborted++;
        }
        return aborted;
    }

    /**
     * Aborts every upload of a key that this thread has claimed, including {@code known} ids: a lost response may have
     * started more than one. Works in an interrupted thread, whose flag is preserved. Uploads that cannot be aborted
     * now are logged and found again by the next upload or by {@link S3Bucket#sweep}.
     */
    void abortAll(String key, List<String> known) {
        Interrupts.shielded(() -> {
            try {
                for (String id : known) {
                    abort(key, id);
                }
                for (MultipartUpload each : of(key)) {
                    abort(key, each.uploadId());
                }
            } catch (SpillwayException | SdkException e) {
                LOG.warn("cannot abort unfinished uploads key={} reason={}", key, e.getMessage());
            }
        });
    }
}
