package io.spillway.destination.archive;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error response, and its meaning for the request.
 *
 * @param status     HTTP status
 * @param code       the archive's error code, such as {@code SlowDown}; empty if the response is not its XML
 * @param words      code, message and resource, or the start of a response that is not XML; one line
 * @param meaning    how to react
 * @param retryAfter value of the Retry-After header, or null
 */
record ArchiveError(
        int status,
        String code,
        String words,
        Meaning meaning,
        @Nullable Duration retryAfter) {

    /** How to react to an error. */
    enum Meaning {
        /** The queue is full: pause, check the limits, and retry, for hours. */
        BUSY,
        /** A temporary error: pause and retry. */
        PASSING,
        /** The received bytes differ from the announced checksum: send again, a few times. */
        DAMAGED,
        /** The account is considered a spammer's. Each further request prolongs that. */
        SPAM,
        /** There is nothing of that name. */
        MISSING,
        /** The item has reached the size limit. */
        FULL,
        /** The keys, the name or the collection: the operator has to change something. */
        REFUSED,
        /** A request that Spillway should not have sent. */
        INVALID_REQUEST
    }

    /** The archive's own client stops on these words. */
    private static final String SPAM_WORDS = "appears to be spam";

    private static final String FULL_WORDS = "over the per item size limit";
    private static final int SHOWN_OF_OTHER_TEXT = 200;
    private static final int SHOWN_OF_XML = 600;

    static ArchiveError of(Answer answer) {
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        String code = element(text, "Code");
        String words = code.isEmpty()
                ? oneLine(text, SHOWN_OF_OTHER_TEXT)
                : oneLine(
                        code + ": " + element(text, "Message") + " (" + element(text, "Resource") + ")", SHOWN_OF_XML);
        return new ArchiveError(
                answer.status(), code, words, meaning(answer.status(), code, text), answer.retryAfter());
    }

    private static Meaning meaning(int status, String code, String text) {
        if (text.contains(SPAM_WORDS)) {
            return Meaning.SPAM;
        } else if (text.contains(FULL_WORDS)) {
            return Meaning.FULL;
        } else if (code.equals("BadDigest")) {
            return Meaning.DAMAGED;
        } else if (status == 411 || (code.equals("NoSuchBucket") && status == 404)) {
            return Meaning.INVALID_REQUEST;
        } else if (status == 404) {
            return Meaning.MISSING;
        } else if (status == 503) {
            return Meaning.BUSY;
        } else if (status == 408 || status == 429 || status >= 500) {
            return Meaning.PASSING;
        }
        return Meaning.REFUSED;
    }

    /** What an operator can do about it. */
    String hint(Item item, String collection) {
        return switch (meaning) {
            case SPAM ->
                "the archive's spam filter blocks this account: write to info@archive.org, with the name of"
                        + " the item and this message; each retry prolongs the block";
            case FULL ->
                "publish less in one dump, or as several datasets: the limit of an item is %,d bytes"
                        .formatted(ItemLimits.MAX_BYTES);
            case BUSY, PASSING -> "run again later to send the rest; what was sent is kept";
            case MISSING ->
                "check whether the item's record lists that file; uploads appear there after minutes to hours";
            case DAMAGED ->
                "a proxy or another device may change bytes on the way to the archive; run again from another network";
            default ->
                switch (code) {
                    case "InvalidBucketName", "BucketAlreadyExists", "BucketAlreadyOwnedByYou" ->
                        "choose a name for items that is not used on the archive";
                    default ->
                        "check that the keys are those of archive.org/account/s3.php, that the account owns %s, and that it may upload"
                                        .formatted(item)
                                + " to the collection \"%s\"".formatted(collection);
                };
        };
    }

    /** For a message: {@code 503 SlowDown: Please reduce your request rate. (bucket_tasks_queued exceeds …)}. */
    @Override
    public String toString() {
        return words.isEmpty() ? String.valueOf(status) : status + " " + words;
    }

    /**
     * Reads tags with a pattern, because half a response is worth showing, and an XML parser would resolve external
     * entities of an untrusted document.
     */
    private static String element(String text, String name) {
        Matcher matcher = Pattern.compile("<" + name + ">(.*?)</" + name + ">", Pattern.DOTALL)
                .matcher(text);
        return matcher.find()
                ? matcher.group(1)
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&apos;", "'")
                        .replace("&amp;", "&")
                : "";
    }

    private static String oneLine(String text, int most) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() > most ? line.substring(0, most) + "…" : line;
    }
}
