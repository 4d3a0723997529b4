package io.spillway.notices;

import io.spillway.page.Texts;
import java.util.Arrays;
import java.util.List;

/**
 * The page that explains the problem types.
 *
 * @param problems one each
 */
public record ProblemsPage(
        String language,
        String direction,
        String title,
        List<Problem> problems,
        String members,
        String style,
        String policy) {

    /** A problem type, which is also the name of its anchor. */
    public record Problem(String type, int status, String title, String detail) {}

    static ProblemsPage of(Texts texts, PageStyle style) {
        return new ProblemsPage(
                texts.language(),
                texts.direction(),
                texts.get("notice.problems.title"),
                Arrays.stream(NoticeKind.values())
                        .map(kind -> new Problem(
                                kind.problem(),
                                kind.status(),
                                Wording.title(kind, texts),
                                texts.get("notice." + kind.status() + ".detail")))
                        .toList(),
                texts.get("notice.problems.members"),
                style.sheet(),
                style.policy());
    }
}
