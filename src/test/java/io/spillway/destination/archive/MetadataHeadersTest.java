package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.DumpId;
import io.spillway.destination.archive.ArchiveRequest.Header;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MetadataHeadersTest {
    private static final Item ITEM = new ItemTemplate("example-{date}")
            .item(DumpId.of("journals", "2026-11-21T030000Z").orElseThrow());

    @ParameterizedTest
    @CsvSource({
        "dump, dump",
        "open data, uri(open%20data)",
        "Café works dump ☃, uri(Caf%C3%A9%20works%20dump%20%E2%98%83)",
        "uri(a), uri(uri%28a%29)",
        "a~b/c*d é, uri(a~b/c%2Ad%20%C3%A9)",
        "😀, uri(%F0%9F%98%80)",
        "https://example.org/?a=b&c=%20, https://example.org/?a=b&c=%20"
    })
    void aValueIsEncodedAsByTheArchivesOwnClient(String value, String header) {
        assertThat(MetadataHeaders.encode(value)).isEqualTo(header);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\tb", "a\u0000b", "a\u007fb", "a\u00a0b"})
    void noControlCharacterGetsIntoAHeader(String value) {
        assertThat(MetadataHeaders.encode(value)).startsWith("uri(a%").endsWith("b)");
    }

    @Test
    void anUnderscoreBecomesTwoDashes() {
        assertThat(MetadataHeaders.name(3, "dump_version")).isEqualTo("x-archive-meta03-dump--version");
    }

    @Test
    void theHeadersDescribeTheItem(@TempDir Path folder) {
        try (ArchiveFixture archive = new ArchiveFixture(folder)) {
            assertThat(MetadataHeaders.of(ITEM, archive.options(ArchiveFixture.PATIENCE)))
                    .containsExactly(
                            new Header("x-archive-meta00-collection", "test_collection"),
                            new Header("x-archive-meta00-mediatype", "data"),
                            new Header(
                                    "x-archive-meta00-title",
                                    "uri(Journals%20of%20Caf%C3%A9%20%E2%98%83%2C%202026-11-21)"),
                            new Header("x-archive-meta00-description", "uri(Every%20journal%20in%20the%20directory.)"),
                            new Header("x-archive-meta00-creator", "Example"),
                            new Header("x-archive-meta00-date", "2026-11-21"),
                            new Header(
                                    "x-archive-meta00-licenseurl",
                                    "https://creativecommons.org/publicdomain/zero/1.0/"),
                            new Header("x-archive-meta00-subject", "dump"),
                            new Header("x-archive-meta01-subject", "uri(open%20data)"),
                            new Header("x-archive-meta00-dataset", "journals"),
                            new Header("x-archive-meta00-dump", "journals/2026-11-21T030000Z"));
        }
    }

    @Test
    void unsetMetadataIsOmitted(@TempDir Path folder) {
        assertThat(headers(folder, new ItemMetadata("T", null, "", null, List.of("", "dump"))))
                .extracting(Header::name)
                .containsExactly(
                        "x-archive-meta00-collection",
                        "x-archive-meta00-mediatype",
                        "x-archive-meta00-title",
                        "x-archive-meta00-date",
                        "x-archive-meta00-subject",
                        "x-archive-meta00-dataset",
                        "x-archive-meta00-dump");
    }

    @Test
    void aLongDescriptionIsCutBetweenCharacters(@TempDir Path folder) {
        for (int length : new int[] {200, 249, 250, 251, 5_000}) {
            String value = headers(folder, new ItemMetadata("T", "😀".repeat(length), null, null, List.of())).stream()
                    .filter(header -> header.name().endsWith("description"))
                    .map(header -> StubArchive.decode(header.value()))
                    .findFirst()
                    .orElseThrow();
            assertThat(value.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(1_000);
            assertThat(value.endsWith("README.md)")).isEqualTo(length > 250);
            assertThat(value).doesNotContain("?", "\ufffd");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aWrittenValueIsReadBack(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            StringBuilder value = new StringBuilder();
            for (int length = random.nextInt(12); length >= 0; length--) {
                int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : 0x11000);
                value.appendCodePoint(Character.getType(codePoint) == Character.SURROGATE ? '_' : codePoint);
            }
            String header = MetadataHeaders.encode(value.toString());
            assertThat(StubArchive.decode(header)).isEqualTo(value.toString());
            assertThat(header).matches("[!-~]+");
        }
    }

    private static List<Header> headers(Path folder, ItemMetadata metadata) {
        try (ArchiveFixture archive = new ArchiveFixture(folder)) {
            ArchiveOptions options = archive.options(ArchiveFixture.PATIENCE);
            return MetadataHeaders.of(
                    ITEM,
                    new ArchiveOptions(
                            options.item(),
                            options.collection(),
                            options.mediatype(),
                            metadata,
                            options.accessKey(),
                            options.secretKey(),
                            options.endpoints(),
                            options.patience(),
                            options.spool()));
        }
    }
}
