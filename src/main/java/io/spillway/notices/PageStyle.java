package io.spillway.notices;

import io.spillway.page.Templates;

/**
 * The style of notices in a browser. It is embedded in the page, because the request for a separate style sheet would
 * be refused, too.
 *
 * @param sheet  as short as possible, because it is sent with each refusal
 * @param policy allows that sheet and nothing else
 */
record PageStyle(String sheet, String policy) {
    static final PageStyle OF_NOTICES = of(":root{color-scheme:light dark}"
            + "body{margin:2rem auto;max-width:42rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;"
            + "overflow-wrap:anywhere;background:#fff;color:#1b1f24}"
            + "a{color:#0b57a4}li{margin:.5rem 0}small{display:block;color:#4c5560}"
            + "@media(prefers-color-scheme:dark){body{background:#14181c;color:#e8ebee}a{color:#8fc1ff}"
            + "small{color:#b3bcc6}}");

    private static PageStyle of(String sheet) {
        return new PageStyle(sheet, Templates.policy(sheet));
    }
}
