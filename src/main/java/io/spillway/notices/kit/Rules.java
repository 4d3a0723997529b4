package io.spillway.notices.kit;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom a server refuses, besides those who are too fast.
 *
 * @param limited paths below which requests are counted; empty stands for what the datasets cover
 * @param blocked parts of the {@code User-Agent} of programs that get 403, compared without regard to case
 * @param pageCap from where on paging is refused, or null
 */
public record Rules(
        List<String> limited,
        List<String> blocked,
        @Nullable PageCap pageCap) {
    /** Counts what is covered, and refuses nobody else. */
    public static final Rules NONE = new Rules(List.of(), List.of(), null);

    /** At least three characters: two would match half of the web's browsers. */
    private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 /_.+-]{1,98}[A-Za-z0-9/_.+-]");

    /** Fails with {@link IllegalArgumentException}, fit for people, on what has no place in a configuration. */
    public Rules {
        limited = List.copyOf(limited);
        blocked = List.copyOf(blocked);
        limited.forEach(Paths::require);
        for (String agent : blocked) {
            if (!AGENT.matcher(agent).matches()) {
                throw new IllegalArgumentException("not a part of a user agent: \"" + Line.of(agent)
                        + "\"; 3 to 100 of A-Za-z0-9 /_.+- are, beginning with a letter or digit");
            }
        }
    }
}
