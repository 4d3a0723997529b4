package io.spillway.fields;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The kinds of blurring that schedules offer. */
public final class Blurs {
    /**
     * HMAC with a key shorter than the hash is weaker; RFC 2104, section 3, recommends the hash's length, and this is
     * half of it.
     */
    public static final int MIN_KEY_BYTES = 16;

    private static final String HMAC = "HmacSHA256";
    private static final Pattern DATE = Pattern.compile("(\\d{4})(?:-(\\d{2})(?:-(\\d{2})(?:[T ].*)?)?)?");
    /** Exactly one @ with text on either side, and a domain of at least two labels with nothing after it. */
    private static final Pattern E_MAIL =
            Pattern.compile("[^@\\s]+@([\\p{L}\\p{M}\\p{N}-]+(?:\\.[\\p{L}\\p{M}\\p{N}-]+)+)");
    /** What browsers and resolvers read as the last number of an IPv4 address, in any base. */
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\p{N}+|0[xX]\\p{XDigit}*)");
    /**
     * A name that contains an address, as of a subscriber line or in a reverse zone: 203-0-113-7.example.org,
     * 7.113.0.203.in-addr.arpa.
     */
    private static final Pattern SPELLS_AN_ADDRESS = Pattern.compile(
            "(?:.*[^\\p{N}])?\\p{N}{1,3}(?:[.-]\\p{N}{1,3}){3}(?:[^\\p{N}].*)?" + "|.*\\.(?:arpa|ipv6-literal\\.net)",
            Pattern.CASE_INSENSITIVE);
    /** The same in hexadecimal digits or without separators: ip-cb007107.example.org, 2001-db8-1-2.example.org. */
    private static final Pattern SPELLS_A_HEX_ADDRESS =
            Pattern.compile("(?:.*[^\\p{Alnum}])?(?=[\\p{XDigit}-]*\\d)(?:\\p{XDigit}{8}|\\d{12}|\\p{XDigit}{32}"
                    + "|(?:\\p{XDigit}{1,4}-{1,2}){3,7}\\p{XDigit}{0,4})(?:[^\\p{Alnum}].*)?");
    /** RFC 5321, section 4.5.3.1: 64 for the name, 255 for the domain. */
    private static final int MAX_E_MAIL_LENGTH = 64 + 1 + 255;

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    /**
     * What Java parses as an address, or rejects, without a DNS lookup: contains a colon, and begins with a colon or a
     * digit.
     */
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40}");

    private static final int V4_KEPT = 3;
    private static final int V6_KEPT = 6;

    private Blurs() {}

    /**
     * HMAC-SHA-256 (RFC 2104) of the value's text in UTF-8, as 64 hexadecimal digits, so that equal values have equal
     * hashes. Without the key, values cannot be guessed by trial; with it, dumps of different days can be joined.
     *
     * @param key at least {@value #MIN_KEY_BYTES} bytes in UTF-8
     * @throws IllegalArgumentException if the key is shorter
     */
    public static Blur hash(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the key for hashes must not have fewer than " + MIN_KEY_BYTES + " bytes");
        }
        SecretKeySpec secret = new SecretKeySpec(bytes, HMAC);
        ThreadLocal<Mac> macs = ThreadLocal.withInitial(() -> mac(secret));
        return named(
                "hash",
                text -> Optional.of(
                        HexFormat.of().formatHex(macs.get().doFinal(text.getBytes(StandardCharsets.UTF_8)))));
    }

    private static Mac mac(SecretKeySpec secret) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    /**
     * Truncates a date to its year, month or day: {@code 2026}, {@code 2026-11}, {@code 2026-11-21}. Reads dates that
     * begin as in ISO 8601; a date that is no more precise stays unchanged. Numbers are accepted only with four digits,
     * as a year, because others could be seconds, milliseconds or anything else.
     */
    public static Blur date(Precision precision) {
        return named(precision.name().toLowerCase(Locale.ROOT), text -> {
            Matcher date = DATE.matcher(text);
            if (!date.matches()) {
                return Optional.empty();
            }
            StringBuilder kept = new StringBuilder(date.group(1));
            for (int group = 2; group <= precision.groups && date.group(group) != null; group++) {
                kept.append('-').append(date.group(group));
            }
            return Optional.of(kept.toString());
        });
    }

    /** Whether this blur truncates dates. */
    static boolean isOfDates(Blur blur) {
        return Arrays.stream(Precision.values())
                .anyMatch(precision -> precision.name().equalsIgnoreCase(blur.name()));
    }

    /**
     * Masks the local part of an e-mail address: {@code ***@example.org}. Refuses a domain that is or contains an IP
     * address, which may be a person's own machine.
     */
    public static Blur email() {
        return named("mask-email", text -> {
            Matcher address = E_MAIL.matcher(text);
            return text.length() <= MAX_E_MAIL_LENGTH && address.matches() && !isAnAddress(address.group(1))
                    ? Optional.of("***@" + address.group(1))
                    : Optional.empty();
        });
    }

    private static boolean isAnAddress(String domain) {
        return ENDS_IN_A_NUMBER.matcher(domain).matches()
                || SPELLS_AN_ADDRESS.matcher(domain).matches()
                || SPELLS_A_HEX_ADDRESS.matcher(domain).matches();
    }

    /**
     * Keeps the network of an IP address, 24 bits of a v4 address and 48 of a v6 one, and sets the rest to zero. A v6
     * address derived from a v4 one (6to4, RFC 3056) keeps only that address's network.
     */
    public static Blur ip() {
        return named("mask-ip", text -> {
            if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
                return Optional.empty();
            }
            try {
                InetAddress address = InetAddress.getByName(text);
                byte[] bytes = address.getAddress();
                int kept = address instanceof Inet4Address ? V4_KEPT : is6to4(bytes) ? 2 + V4_KEPT : V6_KEPT;
                Arrays.fill(bytes, kept, bytes.length, (byte) 0);
                return Optional.of(written(bytes));
            } catch (UnknownHostException noAddress) {
                return Optional.empty();
            }
        });
    }

    private static boolean is6to4(byte[] v6) {
        return v6[0] == 0x20 && v6[1] == 0x02;
    }

    /** In the form of RFC 5952; after 48 bits there are only zeros, so it always contains {@code ::}. */
    private static String written(byte[] address) {
        if (address.length == 4) {
            return "%d.%d.%d.0".formatted(address[0] & 0xFF, address[1] & 0xFF, address[2] & 0xFF);
        }
        StringBuilder text = new StringBuilder();
        int last = V6_KEPT;
        while (last > 0 && address[last - 1] == 0 && address[last - 2] == 0) {
            last -= 2;
        }
        for (int i = 0; i < last; i += 2) {
            text.append(i == 0 ? "" : ":")
                    .append(Integer.toHexString(((address[i] & 0xFF) << 8) | (address[i + 1] & 0xFF)));
        }
        return text.append("::").toString();
    }

    /** Always the same text, whatever the value. */
    public static Blur constant(String value) {
        return named("constant", text -> Optional.of(value));
    }

    private static Blur named(String name, Function<String, Optional<String>> blur) {
        return new Blur() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Optional<String> blur(String text) {
                return blur.apply(text);
            }
        };
    }

    /** The precision that is kept of a date. */
    public enum Precision {
        /** {@code 2026}. */
        YEAR(1),
        /** {@code 2026-11}. */
        MONTH(2),
        /** {@code 2026-11-21}. */
        DAY(3);

        private final int groups;

        Precision(int groups) {
            this.groups = groups;
        }
    }
}
