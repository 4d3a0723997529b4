package io.spillway.dataset;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Licences by their SPDX identifiers. */
public final class License {
    private static final Pattern CREATIVE_COMMONS = Pattern.compile("CC-(BY(?:-NC)?(?:-ND|-SA)?)-([0-9.]+)");

    /** Their full names as SPDX has them, beside those of Creative Commons, which follow a rule. */
    private static final Map<String, String> NAMES = Map.of(
            "CC0-1.0", "Creative Commons Zero v1.0 Universal",
            "PDDL-1.0", "Open Data Commons Public Domain Dedication & License 1.0",
            "ODC-By-1.0", "Open Data Commons Attribution License v1.0",
            "ODbL-1.0", "Open Data Commons Open Database License v1.0",
            "OGL-UK-3.0", "Open Government Licence v3.0",
            "MIT", "MIT License",
            "Apache-2.0", "Apache License 2.0");

    /** How the versions of Creative Commons' licences call where they hold. */
    private static final Map<String, String> REACHES = Map.of(
            "1.0", "1.0 Generic",
            "2.0", "2.0 Generic",
            "2.5", "2.5 Generic",
            "3.0", "3.0 Unported",
            "4.0", "4.0 International");

    private License() {}

    /** Whether the identifier is one of SPDX's list; one that begins with {@code LicenseRef-} is somebody's own. */
    public static boolean isListed(String spdx) {
        return !spdx.startsWith("LicenseRef-");
    }

    /** The full name of a licence that people often put on data, or empty where it is not known here. */
    public static Optional<String> name(String spdx) {
        Matcher creativeCommons = CREATIVE_COMMONS.matcher(spdx);
        if (creativeCommons.matches()) {
            String conditions = creativeCommons
                    .group(1)
                    .replace("-", " ")
                    .replace("BY", "Attribution")
                    .replace("NC", "Non Commercial")
                    .replace("ND", "No Derivatives")
                    .replace("SA", "Share Alike");
            return Optional.ofNullable(REACHES.get(creativeCommons.group(2)))
                    .map(reach -> "Creative Commons " + conditions + " " + reach);
        }
        return Optional.ofNullable(NAMES.get(spdx));
    }

    /** Where a licence can be read: at its author's where that is known here, else at SPDX; empty for one's own. */
    public static Optional<String> address(String spdx) {
        return isListed(spdx) ? Optional.of(addressOfListed(spdx)) : Optional.empty();
    }

    private static String addressOfListed(String spdx) {
        Matcher creativeCommons = CREATIVE_COMMONS.matcher(spdx);
        if (spdx.equals("CC0-1.0")) {
            return "https://creativecommons.org/publicdomain/zero/1.0/";
        } else if (creativeCommons.matches()) {
            return "https://creativecommons.org/licenses/%s/%s/"
                    .formatted(creativeCommons.group(1).toLowerCase(Locale.ROOT), creativeCommons.group(2));
        } else if (spdx.equals("ODbL-1.0")) {
            return "https://opendatacommons.org/licenses/odbl/1-0/";
        }
        return "https://spdx.org/licenses/" + spdx + ".html";
    }
}
