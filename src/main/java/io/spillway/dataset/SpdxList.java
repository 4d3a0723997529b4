package io.spillway.dataset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** SPDX's lists of licences and exceptions, by identifier, case-insensitive. Immutable. */
final class SpdxList {
    private static final Map<String, Entry> LICENSES = read("spdx-licenses.tsv");
    private static final Map<String, Entry> EXCEPTIONS = read("spdx-exceptions.txt");

    private SpdxList() {}

    /**
     * A licence.
     *
     * @param id   its identifier in SPDX's spelling
     * @param name its full name, or the identifier if unknown here
     */
    record Entry(String id, String name) {}

    static Optional<Entry> license(String id) {
        return Optional.ofNullable(LICENSES.get(id.toLowerCase(Locale.ROOT)));
    }

    static Optional<Entry> exception(String id) {
        return Optional.ofNullable(EXCEPTIONS.get(id.toLowerCase(Locale.ROOT)));
    }

    static Collection<Entry> licenses() {
        return LICENSES.values();
    }

    static Collection<Entry> exceptions() {
        return EXCEPTIONS.values();
    }

    private static Map<String, Entry> read(String resource) {
        Map<String, Entry> entries = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SpdxList.class.getResourceAsStream(resource), resource),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] idAndName = line.split("\t", 2);
                entries.put(
                        idAndName[0].toLowerCase(Locale.ROOT),
                        new Entry(idAndName[0], idAndName[idAndName.length - 1]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Collections.unmodifiableMap(entries);
    }
}
