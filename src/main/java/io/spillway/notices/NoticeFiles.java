package io.spillway.notices;

import io.spillway.destination.ObjectKey;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths of notices at a destination. They are stable, because server configurations are not rewritten with each dump.
 *
 * <pre>
 * notices/429.json              the site, in its first language
 * notices/429.de.json           the site in German; each language has a file, including the first
 * notices/journals/429.json     a dataset; the same names
 * </pre>
 */
public final class NoticeFiles {
    /** The folder at the destination's root. */
    public static final String FOLDER = "notices";

    private static final Pattern NOTICE = Pattern.compile("(?:400|403|429)(?:\\.([a-z]{2,3}))?\\.(?:json|html|txt)");

    private static final Set<String> OF_A_SERVER =
            Set.of("http.conf", "notices.conf", "notices.cfg", "notices.vcl", "notices.caddy");

    private NoticeFiles() {}

    /**
     * The key of a notice.
     *
     * @param dataset  its name, or null for the site
     * @param language such as {@code de}, or null for the file without a language, which is in the first one
     */
    public static ObjectKey key(
            @Nullable String dataset, NoticeKind kind, @Nullable String language, NoticeFormat format) {
        return new ObjectKey(FOLDER + "/" + path(dataset, kind, language, format));
    }

    /** The same, relative to the folder. */
    static String path(@Nullable String dataset, NoticeKind kind, @Nullable String language, NoticeFormat format) {
        return (dataset == null ? "" : dataset + "/")
                + kind.status()
                + (language == null ? "" : "." + language)
                + "."
                + format.extension();
    }

    /** Whether a file of this name, in a folder below that of the notices, is a notice. */
    static boolean isNotice(String name) {
        return NOTICE.matcher(name).matches();
    }

    /** The language in the name of a notice, or empty where it has none or is not a notice. */
    static Optional<String> language(String name) {
        Matcher notice = NOTICE.matcher(name);
        return notice.matches() ? Optional.ofNullable(notice.group(1)) : Optional.empty();
    }

    /** Whether it is of a server's configuration: earlier versions wrote these into folders beside those of datasets. */
    static boolean isOfAServer(String name) {
        return OF_A_SERVER.contains(name);
    }

    /** The page that explains the problem types, with an anchor for each. */
    static ObjectKey problems() {
        return new ObjectKey(FOLDER + "/problems.html");
    }

    /** The operator's settings, for a later writer that has no schedule. */
    static ObjectKey settings() {
        return new ObjectKey(FOLDER + "/settings.json");
    }
}
