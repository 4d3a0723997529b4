package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.destination.archive.ArchiveError.Meaning;
import io.spillway.destination.archive.StubArchive.Reply;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchiveErrorTest {

    @ParameterizedTest
    @CsvSource({
        "503, SlowDown, total_tasks_queued exceeds ration, BUSY",
        "503, ServiceUnavailable, down, BUSY",
        "503, SlowDown, Your upload appears to be spam., SPAM",
        "403, AccessDenied, x is over the per item size limit of 1099511627776., FULL",
        "403, AccessDenied, -, REFUSED",
        "403, InvalidAccessKeyId, -, REFUSED",
        "403, SignatureDoesNotMatch, -, REFUSED",
        "400, BadDigest, -, DAMAGED",
        "400, InvalidBucketName, -, REFUSED",
        "409, BucketAlreadyExists, -, REFUSED",
        "409, BucketAlreadyOwnedByYou, -, REFUSED",
        "404, NoSuchBucket, -, INVALID_REQUEST",
        "411, MissingContentLength, -, INVALID_REQUEST",
        "404, NoSuchKey, -, MISSING",
        "429, TooMany, -, PASSING",
        "500, InternalError, -, PASSING",
        "502, BadGateway, -, PASSING",
        "504, GatewayTimeout, -, PASSING"
    })
    void eachAnswerHasItsMeaning(int status, String code, String resource, Meaning meaning) {
        ArchiveError error = error(Reply.error(status, code, "words", resource));
        assertThat(error.meaning()).isEqualTo(meaning);
        assertThat(error.toString()).isEqualTo("%d %s: words (%s)".formatted(status, code, resource));
    }

    @Test
    void anAnswerThatIsNotXmlIsShownShortenedOnOneLine() {
        ArchiveError error = error(Reply.of(500, "<html>\n\n down\u0007 " + "x".repeat(500)));
        assertThat(error.toString())
                .startsWith("500 <html> down xxx")
                .endsWith("x…")
                .hasSize(4 + 200 + 1);
        assertThat(error.meaning()).isEqualTo(Meaning.PASSING);
    }

    @Test
    void anEmptyAnswerIsReportedByItsStatus() {
        assertThat(error(Reply.of(502, "")).toString()).isEqualTo("502");
    }

    @Test
    void entitiesAreReadAsCharacters() {
        assertThat(error(Reply.error(403, "A", "&lt;b&gt; &amp;amp; &quot;c&quot;", "d"))
                        .toString())
                .isEqualTo("403 A: <b> &amp; \"c\" (d)");
    }

    private static ArchiveError error(Reply reply) {
        return ArchiveError.of(new Answer(
                reply.status(),
                new String(reply.body(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8),
                null));
    }
}
