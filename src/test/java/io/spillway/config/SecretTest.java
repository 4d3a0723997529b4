package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    private static final Environment ENVIRONMENT = Map.of("KEY", "hunter2", "SAME", "hunter2", "EMPTY", "")::get;

    @TempDir
    Path folder;

    @Test
    void theValueOfAVariableIsUnchanged() {
        assertThat(Secret.parse("${env:KEY}", ENVIRONMENT).reveal()).isEqualTo("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "hunter2\n", "hunter2\r\n"})
    void oneLineEndAtTheEndOfAFileIsNotPartOfTheSecret(String content) throws Exception {
        assertThat(fromFile(content).reveal()).isEqualTo("hunter2");
    }

    @Test
    void everythingElseInAFileIsPartOfTheSecret() throws Exception {
        assertThat(fromFile(" a\nü \n\n").reveal()).isEqualTo(" a\nü \n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "", "x${env:KEY}", "${env:KEY} ", "${env:}", "${file:}", "${KEY}", "${env:A-B}"})
    void aLiteralSecretIsRefusedAndNotRepeated(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Secret.parse(text))
                .withMessage(Secret.EXPECTED)
                .withNoCause();
    }

    @Test
    void aMissingOrEmptyVariableIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Secret.parse("${env:NONE}", ENVIRONMENT))
                .withMessage("environment variable NONE is not set");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Secret.parse("${env:EMPTY}", ENVIRONMENT))
                .withMessage("environment variable EMPTY is empty");
    }

    @Test
    void aFileThatCannotBeASecretIsNamed() throws Exception {
        Path missing = folder.resolve("missing");
        Path large = Files.writeString(folder.resolve("large"), "x".repeat(64 * 1024 + 1));
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xff});
        Path empty = Files.writeString(folder.resolve("empty"), "\n");

        assertThat(fromFile("x".repeat(64 * 1024)).reveal()).hasSize(64 * 1024);
        assertRefused(missing, "does not exist");
        assertRefused(folder, "cannot be read");
        assertRefused(large, "is larger than 64KiB");
        assertRefused(binary, "is not UTF-8");
        assertRefused(empty, "is empty");
    }

    @Test
    void itPrintsMasked() {
        Secret secret = Secret.parse("${env:KEY}", ENVIRONMENT);

        assertThat(secret).hasToString("****");
        assertThat("" + new Holder(secret)).isEqualTo("Holder[secret=****]");
    }

    @Test
    void equalSecretsAreEqualAndTheirHashRevealsNothing() throws Exception {
        Secret secret = Secret.parse("${env:KEY}", ENVIRONMENT);

        assertThat(secret).isEqualTo(Secret.parse("${env:SAME}", ENVIRONMENT)).isNotEqualTo(fromFile("hunter3"));
        assertThat(secret).hasSameHashCodeAs(fromFile("hunter3")).isNotEqualTo("hunter2");
    }

    @Test
    void jacksonNeverWritesIt() {
        JsonMapper mapper = JsonMapper.builder()
                .visibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.ANY)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .build();
        Holder holder = new Holder(Secret.parse("${env:KEY}", ENVIRONMENT));

        assertThatThrownBy(() -> mapper.writeValueAsString(holder))
                .isInstanceOf(JsonMappingException.class)
                .hasMessageContaining("secrets cannot be serialized")
                .hasMessageNotContaining("hunter2");
    }

    record Holder(Secret secret) {}

    private Secret fromFile(String content) throws Exception {
        return Secret.parse("${file:" + Files.writeString(folder.resolve("secret"), content) + "}");
    }

    private static void assertRefused(Path file, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Secret.parse("${file:" + file + "}"))
                .withMessage("secret file " + file + " " + why);
    }
}
