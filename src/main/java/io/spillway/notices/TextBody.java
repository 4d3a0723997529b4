package io.spillway.notices;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A notice for a terminal: lines of at most {@link #WIDTH} characters, except URLs, which are on lines of their own.
 */
final class TextBody {
    /** Fits an 80-column terminal with quote marks. */
    static final int WIDTH = 76;

    private final StringBuilder text = new StringBuilder();

    private TextBody() {}

    static byte[] of(Wording notice) {
        TextBody body = new TextBody();
        body.paragraph(notice.status() + " " + notice.title());
        body.paragraph(notice.detail());
        body.paragraph(notice.instead());
        if (notice.subject() != null && notice.facts() != null) {
            body.wrap(notice.subject());
            body.paragraph(notice.facts());
        }
        body.paragraph(notice.description());
        notice.items().forEach(body::item);
        body.paragraph(notice.more());
        for (Wording.Link link : notice.links()) {
            body.line(link.name() + ":");
            body.line(link.address());
            body.text.append('\n');
        }
        if (notice.contact() != null) {
            body.line(notice.contactWord() + ":");
            body.wrap(notice.contact());
        }
        return (body.text.toString().strip() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void item(Wording.Item item) {
        if (item.sha256() == null) {
            wrap(item.name());
        }
        item.addresses().forEach(this::line);
        wrap(item.facts());
        if (item.sha256() != null) {
            line("SHA-256 " + item.sha256());
        }
        text.append('\n');
    }

    private void paragraph(@Nullable String words) {
        if (words != null) {
            wrap(words);
            text.append('\n');
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void wrap(String words) {
        int column = 0;
        for (String word : words.split(" ", -1)) {
            int length = word.codePointCount(0, word.length());
            if (column > 0 && column + 1 + length > WIDTH) {
                text.append('\n');
                column = 0;
            } else if (column > 0) {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += length;
        }
        text.append('\n');
    }
}
