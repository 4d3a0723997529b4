package io.spillway.destination.archive;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is no success, and what it means for the request that got it.
 *
 * @param status     HTTP status
 * @param code       the archive's own, such as {@code SlowDown}, or empty where the answer is not its XML
 * @param words      code, message and resource, or the beginning of an answer that is not XML; one line
 * @param meaning    what to do
 * @param retryAfter what the Retry-After header asks for, or null
 */
record ArchiveError(
        int status,
        String code,
        String words,
        Meaning meaning,
        @Nullable Duration retryAfter) {

    /** What to do about an error. */
    enum Meaning {
        /** The queue is full: pause, ask for the limits, send the same again, for hours. */
        BUSY,
        /** Passing trouble: pause and send the same again. */
        PASSING,
        /** The bytes that came are not those that were announced: send them again, a few times. */
        DAMAGED,
        /** The account is taken for a spammer's. Each further request makes it last longer. */
        SPAM,
        /** Nothing of that name. */
        MISSING,
        /** The item is as large as an item gets. */
        FULL,
        /** The keys, the name or the collection: somebody has to change something. */
        REFUSED,
        /** A request that we should not have sent. */
        OUR_BUG
    }

    /** What the archive's own client stops on. */
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
            return Meaning.OUR_BUG;
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
                "the archive's spam filter has stopped this account: write to info@archive.org, with the name of"
                        + " the item and these words; trying again makes it last longer";
            case FULL ->
                "an item holds at most %,d bytes: publish less in one dump, or as several datasets"
                        .formatted(ItemLimits.MAX_BYTES);
            case BUSY, PASSING ->
                "nothing has to be changed: run again later, what is there stays and the rest follows";
            case MISSING ->
                "does the item's record show that file? What was uploaded shows there minutes to hours later";
            case DAMAGED ->
                "something between here and the archive changes bytes, such as a proxy; run again elsewhere";
            default ->
                switch (code) {
                    case "InvalidBucketName", "BucketAlreadyExists", "BucketAlreadyOwnedByYou" ->
                        "choose another name for" + " items, which nobody else on the archive has";
                    default ->
                        "are the keys those of archive.org/account/s3.php, does the account own %s, and may it upload"
                                        .formatted(item)
                                + " into the collection \"%s\"?".formatted(collection);
                };
        };
    }

    /** For a message: {@code 503 SlowDown: Please reduce your request rate. (bucket_tasks_queued exceeds …)}. */
    @Override
    public String toString() {
        return words.isEmpty() ? String.valueOf(status) : status + " " + words;
    }

    /** By its tags alone: half of an answer is worth showing, and an XML reader would follow what a stranger asks for. */
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
