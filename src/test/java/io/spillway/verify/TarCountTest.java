package io.spillway.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.EdgeSet;
import io.spillway.support.EdgeSet.Edge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarCountTest {
    private static final int BLOCK = 512;
    private static final int CHECKSUM = 148;
    private static final int TYPE = 156;

    @Test
    void theDocumentsOfAllArraysAreCounted() throws Exception {
        TarCount count = count(archive("[{},{}]", " [ {\"a\":[{},{}]} ]\n", "[]"));
        assertThat(count.documents()).isEqualTo(3);
        assertThat(count.endsWhole()).isTrue();
    }

    @Test
    void bracketsAndQuotesInStringsAreText() throws Exception {
        TarCount count = count(archive("[{\"a\":\"}],[{\\\"\"},{\"\\\\\":\"\\\\\"}]"));
        assertThat(count.documents()).isEqualTo(2);
        assertThat(count.endsWhole()).isTrue();
    }

    @Test
    void hostileDocumentsAreCounted() throws Exception {
        String array = EdgeSet.all().stream().map(Edge::line).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        TarCount count = count(archive(array.getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(count.documents()).isEqualTo(EdgeSet.all().size());
        assertThat(count.endsWhole()).isTrue();
    }

    @Test
    void aLongNameIsNotADocument() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            put(tar, new TarArchiveEntry("[{}]".repeat(60)), "[{}]".getBytes(US_ASCII));
        }
        assertThat(count(out.toByteArray()).documents()).isEqualTo(1);
        assertThat(count(out.toByteArray()).endsWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{}",
                "[",
                "[{}",
                "[{},",
                "[{},]",
                "[,{}]",
                "[{}{}]",
                "[{}]]",
                "[{}][{}]",
                "[{}]x",
                "[1]",
                "[null]",
                "[[]]",
                "[{]}]",
                "[{\"a\":[}]}]",
                "[{\"a\":\"}]",
                "[{\"a\":\"\n\"}]",
                "\uFEFF[{}]"
            })
    void aFileThatIsNotAnArrayOfObjectsIsNotWhole(String file) throws Exception {
        TarCount count = count(archive("[{}]", file, "[{}]"));
        assertThat(count.endsWhole()).isFalse();
        assertThat(count.flaw()).startsWith("contains ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 511, 512, 515, 600, 1024, 1025, 1536, 2047})
    void aTruncatedArchiveIsNotWhole(int length) throws Exception {
        assertThat(count(Arrays.copyOf(archive("[{}]"), length)).endsWhole()).isFalse();
    }

    @Test
    void theChecksumCoversEveryByteOfAHeader() throws Exception {
        byte[] archive = archive("[{}]");
        for (int at = 0; at < BLOCK; at++) {
            byte[] damaged = archive.clone();
            damaged[at] ^= 1;
            assertThat(count(damaged).endsWhole()).as("byte " + at).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {516, 1023, 1024, 2047, 2048})
    void aNonZeroByteInThePaddingIsDetected(int at) throws Exception {
        byte[] damaged = Arrays.copyOf(archive("[{}]"), 2_560);
        assertThat(count(damaged).endsWhole()).isTrue();
        damaged[at] = 'x';
        assertThat(count(damaged).endsWhole()).isFalse();
    }

    @Test
    void entriesOtherThanFilesAreRefused() throws Exception {
        byte[] archive = archive("[{}]");
        int sum = Integer.parseInt(new String(archive, CHECKSUM, 6, US_ASCII), 8);
        for (byte type : "12345679gLKS".getBytes(US_ASCII)) {
            byte[] other = archive.clone();
            other[TYPE] = type;
            byte[] checksum = "%06o".formatted(sum - '0' + type).getBytes(US_ASCII);
            System.arraycopy(checksum, 0, other, CHECKSUM, checksum.length);
            assertThat(count(other).flaw()).as("type " + (char) type).contains("other than JSON files");
            assertThat(count(other).endsWhole()).as("type " + (char) type).isFalse();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void theCountDoesNotDependOnHowTheBytesArrive(long seed) throws Exception {
        byte[] content = archive("[{\"a\":\"\\\"]\"},{}]", "[]", "[\n" + "{},\n".repeat(300) + "{}\n]\n");
        Random random = new Random(seed);
        TarCount count = new TarCount();
        for (int at = 0; at < content.length; ) {
            byte[] buffer = new byte[700];
            int length = Math.min(random.nextInt(buffer.length), content.length - at);
            System.arraycopy(content, at, buffer, 0, length);
            count.take(buffer, length);
            at += length;
        }
        assertThat(count.documents()).isEqualTo(303);
        assertThat(count.endsWhole()).isTrue();
    }

    private static byte[] archive(String... files) throws IOException {
        return archive(Arrays.stream(files).map(file -> file.getBytes(UTF_8)).toArray(byte[][]::new));
    }

    private static byte[] archive(byte[]... files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (byte[] file : files) {
                put(tar, new TarArchiveEntry("a.json"), file);
            }
        }
        return out.toByteArray();
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static TarCount count(byte[] content) {
        TarCount count = new TarCount();
        count.take(content, content.length);
        return count;
    }
}
