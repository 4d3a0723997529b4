package io.spillway.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spillway.config.Spelling;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LicenseTest {
    @ParameterizedTest
    @CsvSource({
        "CC0-1.0, Creative Commons Zero v1.0 Universal, https://creativecommons.org/publicdomain/zero/1.0/",
        "CC-BY-4.0, Creative Commons Attribution 4.0 International, https://creativecommons.org/licenses/by/4.0/",
        "CC-BY-SA-3.0, Creative Commons Attribution Share Alike 3.0 Unported, https://creativecommons.org/licenses/by-sa/3.0/",
        "CC-BY-NC-ND-2.5, Creative Commons Attribution Non Commercial No Derivatives 2.5 Generic, https://creativecommons.org/licenses/by-nc-nd/2.5/",
        "ODbL-1.0, Open Data Commons Open Database License v1.0, https://opendatacommons.org/licenses/odbl/1-0/",
        "MIT, MIT License, https://spdx.org/licenses/MIT.html"
    })
    void aLicenceHasItsSpdxNameAndAUrl(String spdx, String name, String address) {
        assertThat(License.name(spdx)).hasValue(name);
        assertThat(License.address(spdx)).contains(address);
    }

    @ParameterizedTest
    @CsvSource({"CC-BY-9.9", "LicenseRef-ours"})
    void noNameIsInventedForAnUnknownLicence(String spdx) {
        assertThat(License.name(spdx)).isEmpty();
    }

    @Test
    void aCustomLicenceHasNoUrl() {
        assertThat(License.address("LicenseRef-our-terms")).isEmpty();
    }

    private static String normalized(String text) {
        return License.normalized(text, Spelling::nearest);
    }

    @ParameterizedTest
    @CsvSource({
        "cc0-1.0, CC0-1.0",
        "MIT or cc0-1.0, MIT OR CC0-1.0",
        "(mit  AND ODbL-1.0) or LicenseRef-mine, (MIT AND ODbL-1.0) OR LicenseRef-mine",
        "gpl-2.0-only with classpath-exception-2.0, GPL-2.0-only WITH Classpath-exception-2.0",
        "GPL-2.0+, GPL-2.0+",
        "apache-2.0+, Apache-2.0+"
    })
    void anExpressionIsNormalizedToSpdxSpelling(String text, String normalized) {
        assertThat(normalized(text)).isEqualTo(normalized);
    }

    @ParameterizedTest
    @CsvSource({
        "CC0, CC0-1.0",
        "CC-BY, CC-BY-4.0",
        "ODbL-10, ODbL-1.0",
        "MIT OR Apache2.0, Apache-2.0",
        "CC BY 4.0, CC-BY-4.0",
        "CC BY, CC-BY-4.0",
        "Apache 2.0, Apache-2.0"
    })
    void anUnknownIdentifierIsRefusedWithTheNearest(String text, String nearest) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> normalized(text))
                .withMessageContaining("did you mean " + nearest + "?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MIT OR",
                "MIT CC0-1.0",
                "(MIT",
                "MIT)",
                "OR MIT",
                "MIT WITH",
                "MIT WITH CC0-1.0",
                "LicenseRef-",
                ""
            })
    void anIncompleteExpressionIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> normalized(text)).withMessageContaining("license");
    }

    @Test
    void noUrlIsInvented() {
        assertThat(List.of("CC0", "MIT OR CC0-1.0", "LicenseRef-mine"))
                .allMatch(text ->
                        License.address(text).isEmpty() && License.name(text).isEmpty());
    }

    @Test
    void anExpressionNamesItsLicences() {
        assertThat(License.identifiers("(MIT AND GPL-2.0-only WITH Classpath-exception-2.0) OR MIT OR LicenseRef-x"))
                .containsExactly("MIT", "GPL-2.0-only", "LicenseRef-x");
        assertThat(License.isChoice("MIT OR CC0-1.0")).isTrue();
        assertThat(License.isChoice("MIT AND CC0-1.0")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "Our terms of use, LicenseRef-Our-terms-of-use",
        "'Datenlizenz, Version 2.0 (neu)', LicenseRef-Datenlizenz-Version-2.0-neu",
        "\u6761\u6B3E, LicenseRef-custom"
    })
    void anIdentifierIsMadeOfTheNameOfACustomLicence(String name, String reference) {
        assertThat(License.reference(name)).isEqualTo(reference);
        assertThat(normalized(reference)).isEqualTo(reference);
    }

    @Test
    void theNameOfACustomLicenceIsShownForItsIdentifier() {
        CustomLicense custom = new CustomLicense("Terms $1", "https://example.org/terms");
        assertThat(License.label("LicenseRef-a", custom)).isEqualTo("Terms $1");
        assertThat(License.label("(LicenseRef-a OR MIT) AND CC0-1.0", custom))
                .isEqualTo("(LicenseRef-a (Terms $1) OR MIT) AND CC0-1.0");
        assertThat(License.label("LicenseRef-a OR LicenseRef-b", null)).isEqualTo("LicenseRef-a OR LicenseRef-b");
        assertThat(License.address("LicenseRef-a", custom)).contains("https://example.org/terms");
        assertThat(License.address("MIT OR LicenseRef-a", custom)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "/terms", "https://example.org/a b", "https://example.org/\"x"})
    void aCustomLicenceHasAUrlThatABrowserOpens(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> new CustomLicense("Terms", url));
    }
}
