package io.spillway.publish;

import io.spillway.config.YamlText;
import io.spillway.dataset.CustomLicense;
import io.spillway.dataset.Dataset;
import io.spillway.dataset.License;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The file {@code CITATION.cff}: how to cite the dump (Citation File Format 1.2.0). */
final class CitationFile {
    static final String FILE_NAME = "CITATION.cff";

    private static final String VERSION = "1.2.0";

    /**
     * Common data licences on the format's own list, which is the SPDX list of May 2021. Any other licence is given by
     * its URL.
     */
    private static final Pattern LISTED = Pattern.compile(
            "CC0-1\\.0|CC-BY(-NC)?(-ND|-SA)?-(1\\.0|2\\.0|2\\.5|3\\.0|4\\.0)|PDDL-1\\.0|ODC-By-1\\.0|ODbL-1\\.0"
                    + "|OGL-UK-[123]\\.0|CDLA-(Permissive|Sharing)-1\\.0|MIT|Apache-2\\.0");

    private static final Pattern WEB = Pattern.compile("https?://[^\\s\"<>]+");

    private CitationFile() {}

    /** Returns the file's content. */
    static byte[] of(Draft draft, DumpAddresses addresses) {
        Dataset dataset = draft.dataset();
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("cff-version", VERSION);
        file.put("message", "If you use this data, please cite it as below.");
        file.put("type", "dataset");
        file.put("title", dataset.title());
        file.put("authors", List.of(author(dataset)));
        put(file, "abstract", dataset.description());
        file.put("version", draft.dump().stamp());
        file.put(
                "date-released",
                draft.takenAt().atOffset(ZoneOffset.UTC).toLocalDate().toString());
        license(file, dataset.license(), dataset.customLicense());
        // A folder URL works only if the web server shows a directory index, which buckets never do.
        Optional<String> index = addresses.index().map(URI::toString);
        page(dataset).or(() -> index).ifPresent(address -> file.put("url", address));
        index.ifPresent(address -> {
            Map<String, Object> identifier = new LinkedHashMap<>();
            identifier.put("type", "url");
            identifier.put("value", address);
            file.put("identifiers", List.of(identifier));
        });
        return YamlText.write(file);
    }

    /** The format requires an author. */
    private static Map<String, Object> author(Dataset dataset) {
        Map<String, Object> author = new LinkedHashMap<>();
        author.put("name", dataset.publisher() == null ? "The publisher of " + dataset.title() : dataset.publisher());
        page(dataset).ifPresent(page -> author.put("website", page));
        return author;
    }

    private static void license(Map<String, Object> file, @Nullable String spdx, @Nullable CustomLicense custom) {
        if (spdx == null) {
            return;
        }
        List<String> identifiers = License.identifiers(spdx);
        if (License.isChoice(spdx)
                && identifiers.stream().allMatch(id -> LISTED.matcher(id).matches())) {
            // The format reads several identifiers as a choice.
            file.put("license", identifiers);
            return;
        }
        if (LISTED.matcher(spdx).matches()) {
            file.put("license", spdx);
        } else {
            License.address(spdx, custom).ifPresent(address -> file.put("license-url", address));
        }
    }

    private static Optional<String> page(Dataset dataset) {
        return Optional.ofNullable(dataset.homepage())
                .filter(address -> WEB.matcher(address).matches());
    }

    private static void put(Map<String, Object> file, String name, @Nullable String value) {
        if (value != null) {
            file.put(name, value);
        }
    }
}
