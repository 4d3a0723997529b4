package io.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URLs as people write them. */
class WebAddressTest {
    @ParameterizedTest
    @CsvSource({
        "http://h/dümps/,http://h/d%C3%BCmps/",
        "http://h/d%C3%BCmps/,http://h/d%C3%BCmps/",
        "http://h/du\u0308mps/,http://h/du%CC%88mps/",
        "https://h/データ/𝄞/,https://h/%E3%83%87%E3%83%BC%E3%82%BF/%F0%9D%84%9E/",
        "http://münchen.example/,http://xn--mnchen-3ya.example/",
        "https://MÜNCHEN.example:8443/é,https://xn--mnchen-3ya.example:8443/%C3%A9",
        "HTTP://h.example/D/,http://h.example/D/",
        "Https://[::1]:9200/a,https://[::1]:9200/a",
        "https://h,https://h",
    })
    void aParsedUrlIsInAscii(String written, String read) {
        assertThat(WebAddress.parse(written)).hasToString(read);
        assertThat(written).matches(WebAddress.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://h/",
                "http://",
                "http://u:p@h/",
                "http://h:99999/",
                "http://a_b/",
                "h",
                "",
                "http://h/%zz",
                "http://ü@h/"
            })
    void anythingElseIsRefusedWithoutBeingQuoted(String text) {
        assertThatThrownBy(() -> WebAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(WebAddress.EXPECTED);
    }

    @Test
    void aHostThatCannotBeADomainNameIsRefused() {
        String label = "ü".repeat(70);
        assertThatThrownBy(() -> WebAddress.parse("http://" + label + ".example/"))
                .hasMessage(WebAddress.EXPECTED);
    }
}
