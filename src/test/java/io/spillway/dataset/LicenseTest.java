package io.spillway.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void aLicenceHasTheNameThatSpdxGivesItAndAnAddress(String spdx, String name, String address) {
        assertThat(License.name(spdx)).hasValue(name);
        assertThat(License.address(spdx)).contains(address);
    }

    @ParameterizedTest
    @CsvSource({"CC-BY-9.9", "GPL-3.0-or-later", "LicenseRef-ours"})
    void aNameThatIsNotKnownIsNotMadeUp(String spdx) {
        assertThat(License.name(spdx)).isEmpty();
    }

    @Test
    void aLicenceOfOnesOwnIsAtNobodysAddress() {
        assertThat(License.address("LicenseRef-our-terms")).isEmpty();
    }
}
