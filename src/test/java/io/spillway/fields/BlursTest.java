package io.spillway.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlursTest {
    private static final String KEY = "0123456789abcdef";

    @Test
    void aHashIsTheKeyedHashOfTheText() {
        // printf 'jane@example.org' | openssl dgst -sha256 -hmac 0123456789abcdef
        assertThat(Blurs.hash(KEY).blur("jane@example.org"))
                .contains("1542ec2f22be1b6b0a8683afc8a7160b9f2bdb2b1bc03fabf6c8f9c378ecfd8f");
    }

    @Test
    void theSameTextHasTheSameHashOnlyWithTheSameKey() {
        Optional<String> hash = Blurs.hash(KEY).blur("jane");
        assertThat(Blurs.hash(KEY).blur("jane")).isEqualTo(hash);
        assertThat(Blurs.hash(KEY + "x").blur("jane")).isNotEqualTo(hash);
        assertThat(Blurs.hash(KEY).blur("Jane")).isNotEqualTo(hash);
    }

    @Test
    void aShortKeyIsRefusedWithoutBeingPrinted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Blurs.hash("hunter2"))
                .withMessageContaining("16 bytes")
                .withMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T03:00:00.123Z, 2026, 2026-11, 2026-11-21",
        "2026-11-21 03:00, 2026, 2026-11, 2026-11-21",
        "2026-11-21, 2026, 2026-11, 2026-11-21",
        "2026-11, 2026, 2026-11, 2026-11",
        "2026, 2026, 2026, 2026"
    })
    void aDateKeepsTheRequestedPrecision(String date, String year, String month, String day) {
        assertThat(Blurs.date(Blurs.Precision.YEAR).blur(date)).contains(year);
        assertThat(Blurs.date(Blurs.Precision.MONTH).blur(date)).contains(month);
        assertThat(Blurs.date(Blurs.Precision.DAY).blur(date)).contains(day);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1763694000000", "21.11.2026", "yesterday", "", "2026-1-2", "2026-11-21x", "true"})
    void anInvalidDateIsNotPublished(String text) {
        assertThat(Blurs.date(Blurs.Precision.DAY).blur(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "jane.doe@example.org, ***@example.org",
        "a+b@mail.example.org, ***@mail.example.org",
        "a@mail2.example.org, ***@mail2.example.org",
        "a@1-2-3.example.org, ***@1-2-3.example.org",
        "a@deadbeef.example.org, ***@deadbeef.example.org",
        "a@bad-cafe-face.example.org, ***@bad-cafe-face.example.org",
        "a@2026-conference.example.org, ***@2026-conference.example.org",
        "a@163.com, ***@163.com"
    })
    void anEmailAddressKeepsItsDomain(String address, String masked) {
        assertThat(Blurs.email().blur(address)).contains(masked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Jane Doe <jane@example.org>",
                "jane",
                "jane@",
                "@example.org",
                "a@b@c.org",
                "",
                "jane@localhost",
                "jane@example.org,+49-30.123",
                "jane@example.org;x@y",
                "jane@[203.0.113.7]",
                "jane@[IPv6:2001:db8::77]",
                "jane@203.0.113.7",
                "jane@203.0.113",
                "jane@0xcb.0.0x71.0x7",
                "jane@0313.0.0161.07",
                "jane@\uff12\uff10\uff13.0.113.7",
                "jane@7.113.0.203.in-addr.arpa",
                "jane@203-0-113-7.example.org",
                "jane@ip203.0.113.7.nip.io",
                "jane@2001-db8--77.ipv6-literal.net",
                "jane@ip-cb007107.example.org",
                "jane@203000113007.pool.example.org",
                "jane@2001-db8-1-77.dip.example.org",
                "jane@20010db8000000000000000000000077.example.org",
                "jane@example..org",
                "jane@example.org."
            })
    void anInvalidEmailAddressIsNotPublished(String text) {
        assertThat(Blurs.email().blur(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.77, 203.0.113.0",
        "0.0.0.1, 0.0.0.0",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1::",
        "2001:db8::1, 2001:db8::",
        "2001:0DB8:0000:0001::1, 2001:db8::",
        "::1, ::",
        "fe80::1, fe80::",
        "::ffff:203.0.113.77, 203.0.113.0",
        "64:ff9b::203.0.113.77, 64:ff9b::",
        // 6to4: the network contains the v4 address.
        "2002:cb00:714d::1, 2002:cb00:7100::"
    })
    void anIpAddressKeepsItsNetwork(String address, String masked) {
        assertThat(Blurs.ip().blur(address)).contains(masked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "203.0.113",
                "203.0.113.256",
                "203.0.113.77:80",
                "fe80::1%eth0",
                "203.0.113.077",
                ".1:2",
                ".:",
                "12:34",
                "",
                "3405803853"
            })
    void anInvalidIpAddressIsNotPublished(String text) {
        assertThat(Blurs.ip().blur(text)).isEmpty();
    }

    @Test
    @Timeout(10)
    void aVeryLongTextIsNotAnAddress() {
        String labels = "a.".repeat(1_000_000);
        assertThat(Blurs.email().blur("jane@" + labels + "org")).isEmpty();
        assertThat(Blurs.ip().blur("1:" + labels)).isEmpty();
    }

    @Test
    void aConstantIsAlwaysTheSame() {
        assertThat(Blurs.constant("removed").blur("anything")).contains("removed");
    }
}
