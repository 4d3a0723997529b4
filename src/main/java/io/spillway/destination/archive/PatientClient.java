package io.spillway.destination.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.destination.archive.ArchiveError.Meaning;
import io.spillway.destination.archive.ArchiveOptions.Patience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and retries them: temporary errors are retried, errors that the operator has to fix fail at once.
 * Thread-safe.
 */
final class PatientClient {
    private static final Logger LOG = LoggerFactory.getLogger(PatientClient.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Bytes that were corrupted in transit twice will be corrupted a third time. */
    private static final int MAX_DAMAGED = 3;

    private final ArchiveOptions options;
    private final ArchiveClient client;
    private final Requests requests;
    private final Timekeeper time;

    PatientClient(ArchiveOptions options, Timekeeper time) throws SpillwayException {
        this.options = options;
        this.client = new ArchiveClient(options);
        this.requests = new Requests(options);
        this.time = time;
    }

    Requests requests() {
        return requests;
    }

    Timekeeper time() {
        return time;
    }

    /**
     * Sends a file until the archive accepts it. It may appear in the record much later.
     *
     * @param itemBytes final size of the item
     * @param small     a small file to send first after a broken connection, so that a refusal's reason can be read;
     *                  null if there is none
     */
    void put(Item item, LocalFile file, long itemBytes, @Nullable LocalFile small)
            throws SpillwayException, InterruptedException {
        Pauses pauses = pauses(options.patience().sendWithin());
        ArchiveRequest request = requests.put(item, file, itemBytes);
        int damaged = 0;
        while (true) {
            String reason;
            Duration retryAfter = null;
            boolean broken = false;
            boolean busy = false;
            try {
                Answer answer = client.send(request);
                if (answer.succeeded()) {
                    LOG.info("file sent item={} file={} bytes={}", item, file.name(), file.bytes());
                    return;
                }
                ArchiveError error = ArchiveError.of(answer);
                requireWorthAnotherTry(error, "store " + file.name(), item);
                if (error.meaning() == Meaning.DAMAGED && ++damaged == MAX_DAMAGED) {
                    throw failure(Fault.INTEGRITY, "store " + file.name(), item, error);
                }
                reason = error.toString();
                retryAfter = error.retryAfter();
                busy = error.meaning() == Meaning.BUSY;
            } catch (FileNotFoundException e) {
                throw new SpillwayException(
                        Fault.DESTINATION_UNAVAILABLE,
                        "cannot read " + file.path(),
                        "check whether the file was removed",
                        e);
            } catch (IOException e) {
                reason = reason(e);
                broken = true;
            }
            LOG.warn("upload failed, will be retried item={} file={} reason={}", item, file.name(), reason);
            if (!pauses.pause(retryAfter)) {
                throw unavailable("store " + file.name(), item, reason);
            }
            if (busy || broken) {
                awaitRoom(item, pauses);
            }
            if (broken && small != null && !small.equals(file)) {
                put(item, small, itemBytes, null);
            }
        }
    }

    /** Waits until the archive accepts uploads. */
    void awaitRoom(Item item) throws SpillwayException, InterruptedException {
        awaitRoom(item, pauses(options.patience().sendWithin()));
    }

    private void awaitRoom(Item item, Pauses pauses) throws SpillwayException, InterruptedException {
        for (String reason = overload(item); !reason.isEmpty(); reason = overload(item)) {
            LOG.warn("the archive accepts no uploads now item={} reason={}", item, reason);
            if (!pauses.pause(null)) {
                throw unavailable("accept uploads", item, reason);
            }
        }
    }

    /**
     * Why the archive accepts no uploads now, or an empty text. Anything except its explicit consent counts as a
     * refusal.
     */
    private String overload(Item item) throws SpillwayException, InterruptedException {
        try {
            Answer answer = client.send(requests.limit(item));
            if (!answer.succeeded()) {
                return ArchiveError.of(answer).toString();
            }
            JsonNode limit = JSON.readTree(answer.body());
            JsonNode over = limit == null ? null : limit.get("over_limit");
            if (over == null) {
                return "check_limit returned an invalid response";
            }
            String why = limit.path("detail").path("limit_reason").asText();
            return over.asText().equals("0") ? "" : "over_limit " + over.asText() + (why.isEmpty() ? "" : ": " + why);
        } catch (IOException e) {
            return "check_limit: " + reason(e);
        }
    }

    /** Deletes a file; succeeds if it does not exist. */
    void delete(Item item, String name) throws SpillwayException, InterruptedException {
        ArchiveRequest request = requests.delete(item, name);
        Pauses pauses = pauses(options.patience().sendWithin());
        while (true) {
            String reason;
            Duration retryAfter = null;
            try {
                Answer answer = client.send(request);
                if (answer.succeeded() || answer.status() == 404) {
                    return;
                }
                ArchiveError error = ArchiveError.of(answer);
                requireWorthAnotherTry(error, "delete " + name, item);
                reason = error.toString();
                retryAfter = error.retryAfter();
            } catch (IOException e) {
                reason = reason(e);
            }
            if (!pauses.pause(retryAfter)) {
                throw unavailable("delete " + name, item, reason);
            }
        }
    }

    /** The item's current record. */
    ItemRecord record(Item item) throws SpillwayException, InterruptedException {
        Pauses pauses = pauses(options.patience().readWithin());
        while (true) {
            String reason;
            Duration retryAfter = null;
            try {
                Answer answer = client.send(requests.record(item));
                if (answer.succeeded()) {
                    return ItemRecord.read(item.identifier(), answer.body());
                }
                ArchiveError error = ArchiveError.of(answer);
                requireWorthAnotherTry(error, "read the record", item);
                reason = error.toString();
                retryAfter = error.retryAfter();
            } catch (IOException e) {
                reason = reason(e);
            }
            if (!pauses.pause(retryAfter)) {
                throw unavailable("read the record", item, reason);
            }
        }
    }

    /** The item's failed or paused task, for a message, or an empty text; errors of this request are ignored. */
    String failedTask(Item item) throws SpillwayException, InterruptedException {
        try {
            Answer answer = client.send(requests.tasks(item));
            if (answer.succeeded()) {
                try (var rows = JSON.readerFor(JsonNode.class).<JsonNode>readValues(answer.body())) {
                    while (rows.hasNextValue()) {
                        JsonNode row = rows.nextValue();
                        String status = row.path("status").asText();
                        if (status.equals("error") || status.equals("paused")) {
                            return "task %s %s: %s"
                                    .formatted(
                                            row.path("task_id").asText("?"),
                                            row.path("cmd").asText("?"),
                                            status);
                        }
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("cannot read the tasks item={} reason={}", item, reason(e));
        }
        return "";
    }

    /**
     * Opens a file from its public URL; the caller closes the stream. Fails with {@code DESTINATION_REFUSED} if there
     * is none.
     */
    InputStream open(Item item, String name) throws SpillwayException, InterruptedException {
        ArchiveRequest request = requests.download(item, name);
        Pauses pauses = pauses(options.patience().readWithin());
        while (true) {
            String reason;
            Duration retryAfter = null;
            try {
                HttpResponse<InputStream> response = client.open(request);
                if (response.statusCode() == 200) {
                    return response.body();
                }
                ArchiveError error = error(response);
                requireWorthAnotherTry(error, "open " + name, item);
                reason = error.toString();
                retryAfter = error.retryAfter();
            } catch (IOException e) {
                reason = reason(e);
            }
            if (!pauses.pause(retryAfter)) {
                throw unavailable("open " + name, item, reason);
            }
        }
    }

    private static ArchiveError error(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return ArchiveError.of(new Answer(response.statusCode(), body.readNBytes(64 << 10), null));
        }
    }

    private Pauses pauses(Duration limit) {
        Patience patience = options.patience();
        return new Pauses(patience, limit, time);
    }

    private void requireWorthAnotherTry(ArchiveError error, String action, Item item) throws SpillwayException {
        switch (error.meaning()) {
            case BUSY, PASSING, DAMAGED -> {}
            case INVALID_REQUEST ->
                throw new IllegalStateException(
                        "internal error: the Internet Archive rejected an invalid request to %s in %s: %s"
                                .formatted(action, item, error));
            default -> throw failure(Fault.DESTINATION_REFUSED, action, item, error);
        }
    }

    private SpillwayException failure(Fault fault, String action, Item item, ArchiveError error) {
        return new SpillwayException(
                fault,
                "the Internet Archive refused to %s in item %s: %s".formatted(action, item, error),
                error.hint(item, options.collection()));
    }

    private static SpillwayException unavailable(String action, Item item, String reason) {
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE,
                "timed out waiting for the Internet Archive to %s in item %s: %s".formatted(action, item, reason),
                "run again later to send the rest; what was sent is kept");
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
