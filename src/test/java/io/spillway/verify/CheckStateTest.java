package io.spillway.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckStateTest {
    @TempDir
    private Path temporary;

    private Path file;

    @BeforeEach
    void remember() throws Exception {
        file = temporary.resolve("state");
        CheckState state = CheckState.open(file);
        state.remember("here", "abc", "one.gz", 5, "0a");
        state.remember("here", "abc", "two.gz", 6, "0b");
    }

    private boolean knows(String where, String manifest, String name, long bytes, String sha256) throws Exception {
        return CheckState.open(file).knows(where, manifest, name, bytes, sha256);
    }

    @Test
    void wholeFilesAreRememberedAcrossProcesses() throws Exception {
        assertThat(knows("here", "abc", "one.gz", 5, "0a")).isTrue();
        assertThat(knows("here", "abc", "two.gz", 6, "0b")).isTrue();
    }

    @Test
    void resultsForAnotherManifestOrPlaceAreIgnored() throws Exception {
        assertThat(knows("here", "abd", "one.gz", 5, "0a")).isFalse();
        assertThat(knows("there", "abc", "one.gz", 5, "0a")).isFalse();
    }

    @Test
    void resultsForAnotherFileLengthOrHashAreIgnored() throws Exception {
        assertThat(knows("here", "abc", "two.gz", 5, "0a")).isFalse();
        assertThat(knows("here", "abc", "one.gz", 6, "0a")).isFalse();
        assertThat(knows("here", "abc", "one.gz", 5, "0b")).isFalse();
    }

    @Test
    void aTruncatedLastLineIsIgnoredAndHarmsNothing() throws Exception {
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 10));
        assertThat(knows("here", "abc", "one.gz", 5, "0a")).isTrue();
        assertThat(knows("here", "abc", "two.gz", 6, "0b")).isFalse();
        CheckState.open(file).remember("here", "abc", "three.gz", 7, "0c");
        assertThat(knows("here", "abc", "one.gz", 5, "0a")).isTrue();
        assertThat(knows("here", "abc", "three.gz", 7, "0c")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"format_version\" : 1}\n", "text", "{\"where\":\"x\"}\n"})
    void aForeignFileIsNotChanged(String content) throws Exception {
        Files.writeString(file, content);
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> CheckState.open(file))
                .withMessageContaining(file.toString())
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
        assertThat(file).hasContent(content);
    }

    @Test
    void aForeignLineInTheMiddleIsDetected() throws Exception {
        Files.writeString(file, "hello\n", StandardOpenOption.APPEND);
        assertThatExceptionOfType(SpillwayException.class).isThrownBy(() -> CheckState.open(file));
    }

    @Test
    void afterAWholeDumpTheFileIsDeleted() throws Exception {
        CheckState.open(file).done();
        assertThat(file).doesNotExist();
    }

    @Test
    void aFolderIsNotAStateFile() {
        assertThatExceptionOfType(SpillwayException.class)
                .isThrownBy(() -> CheckState.open(temporary))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.CONFIG));
    }
}
