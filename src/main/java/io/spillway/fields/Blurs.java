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

/** The ways of blurring that schedules offer. */
public final class Blurs {
    /** HMAC with a shorter key is weaker than its hash: RFC 2104, section 3, is about half of this at the least. */
    public static final int MIN_KEY_BYTES = 16;

    private static final String HMAC = "HmacSHA256";
    private static final Pattern DATE = Pattern.compile("(\\d{4})(?:-(\\d{2})(?:-(\\d{2})(?:[T ].*)?)?)?");
    /** One @ with something on either side, and a domain of more than one label with nothing behind it. */
    private static final Pattern E_MAIL =
            Pattern.compile("[^@\\s]+@([\\p{L}\\p{M}\\p{N}-]+(?:\\.[\\p{L}\\p{M}\\p{N}-]+)+)");
    /** What browsers and resolvers read as the last number of an IPv4 address, in whatever base. */
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\p{N}+|0[xX]\\p{XDigit}*)");
    /** A name that spells out an address, as of a line or in a reverse zone: 203-0-113-7.example.org, 7.113.0.203.in-addr.arpa. */
    private static final Pattern SPELLS_AN_ADDRESS = Pattern.compile(
            "(?:.*[^\\p{N}])?\\p{N}{1,3}(?:[.-]\\p{N}{1,3}){3}(?:[^\\p{N}].*)?" + "|.*\\.(?:arpa|ipv6-literal\\.net)",
            Pattern.CASE_INSENSITIVE);
    /** RFC 5321, section 4.5.3.1: 64 for the name, 255 for the domain. */
    private static final int MAX_E_MAIL_LENGTH = 64 + 1 + 255;

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    /**
     * What Java reads as an address, or refuses, without asking anybody for a name: it has a colon, and begins with one or
     * with a digit.
     */
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40}");

    private static final int V4_KEPT = 3;
    private static final int V6_KEPT = 6;

    private Blurs() {}

    /**
     * The same 64 hexadecimal digits for the same value: HMAC-SHA-256 (RFC 2104) of its text in UTF-8. Without the key
     * nobody can try values out; with it, dumps of different days can be joined.
     *
     * @param key at least {@value #MIN_KEY_BYTES} bytes in UTF-8
     * @throws IllegalArgumentException the key is shorter
     */
    public static Blur hash(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException("the key for hashes has fewer than " + MIN_KEY_BYTES + " bytes");
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
     * A date that keeps its year, its month or its day: {@code 2026}, {@code 2026-11}, {@code 2026-11-21}. Reads dates
     * that begin as ISO 8601 does; one that is no more precise than what is kept stays as it is. Of numbers, four digits
     * alone are read, as a year: any others may be seconds, milliseconds or anything else.
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

    /** Whether this blur reads dates. */
    static boolean isOfDates(Blur blur) {
        return Arrays.stream(Precision.values())
                .anyMatch(precision -> precision.name().equalsIgnoreCase(blur.name()));
    }

    /**
     * An e-mail address of which the domain is kept: {@code ***@example.org}. Nothing is kept of a domain that is an IP
     * address or spells one out, as that may be a person's own machine.
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
                || SPELLS_AN_ADDRESS.matcher(domain).matches();
    }

    /**
     * An IP address of which the network is kept, 24 bits of a v4 address and 48 of a v6 one; the rest is zero. A v6
     * address that is made of a v4 one (6to4, RFC 3056) keeps as much of it as that would.
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

    /** As RFC 5952 writes it; after 48 bits there are only zeroes, so that {@code ::} always stands there. */
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

    /** Always the same text, whatever the value was. */
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

    /** How much of a date is kept. */
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
