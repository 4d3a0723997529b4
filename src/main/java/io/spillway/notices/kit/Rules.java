package io.spillway.notices.kit;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refusals besides the rate limit.
 *
 * @param limited paths below which requests are limited; empty for the paths that datasets cover
 * @param blocked parts of the {@code User-Agent} of clients that get 403, matched case-insensitively
 * @param pageCap the depth from which paging is refused, or null
 */
public record Rules(
        List<String> limited,
        List<String> blocked,
        @Nullable PageCap pageCap) {
    /** Limits the covered paths, and refuses nothing else. */
    public static final Rules NONE = new Rules(List.of(), List.of(), null);

    /** At least three characters: two would match half of all browsers. */
    private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 /_.+-]{1,98}[A-Za-z0-9/_.+-]");

    /**
     * Throws {@link IllegalArgumentException} with a message for people on values that are not safe in a configuration.
     */
    public Rules {
        limited = List.copyOf(limited);
        blocked = List.copyOf(blocked);
        limited.forEach(Paths::require);
        for (String agent : blocked) {
            if (!AGENT.matcher(agent).matches()) {
                throw new IllegalArgumentException("invalid part of a user agent: \"" + Line.of(agent)
                        + "\"; write 3 to 100 of A-Za-z0-9 /_.+-, starting with a letter or digit");
            }
        }
    }
}
