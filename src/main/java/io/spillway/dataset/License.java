package io.spillway.dataset;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Licences by their SPDX identifiers. */
public final class License {
    private static final Pattern CREATIVE_COMMONS = Pattern.compile("CC-(BY(?:-NC)?(?:-ND|-SA)?)-([0-9.]+)");

    private License() {}

    /** Where a licence can be read: at its author's where that is known here, else at SPDX. */
    public static String address(String spdx) {
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
