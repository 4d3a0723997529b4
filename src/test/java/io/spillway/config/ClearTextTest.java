package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClearTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:9200",
                "http://es.localhost",
                "http://127.0.0.1:9200",
                "http://127.8.9.10",
                "http://[::1]:9200",
                "http://[::ffff:127.0.0.1]",
                "https://es.example.org",
                "HTTPS://10.1.2.3"
            })
    void localOrEncryptedTrafficIsNotClearText(String address) {
        assertThat(ClearText.isReadable(URI.create(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://es.example.org:9200",
                "HTTP://10.1.2.3",
                "http://[2001:db8::1]",
                "http://127.0.0.1.example.org",
                "http://localhost.example.org",
                "http://0.0.0.0",
                "http://127",
                "http://cafe"
            })
    void plainHttpToAnotherHostIsClearText(String address) {
        assertThat(ClearText.isReadable(URI.create(address))).isTrue();
    }
}
