package io.spillway.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.spillway.destination.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Renders the templates in {@code src/main/jte}, with escaping that depends on the position in the HTML. Thread-safe.
 */
public final class Templates {
    /** HTML allows no control characters except white space; this includes C1. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\t\\n]]");

    private final TemplateEngine engine = TemplateEngine.createPrecompiled(ContentType.Html);

    /**
     * Renders a template with the record that it declares as its parameter; in UTF-8. A control character of a value
     * becomes U+FFFD.
     */
    public byte[] render(String template, Object page) {
        StringOutput output = new StringOutput();
        engine.render(template, page, output);
        return CONTROL.matcher(output.toString()).replaceAll("\uFFFD").getBytes(StandardCharsets.UTF_8);
    }

    /** The Content-Security-Policy of a page with this embedded style sheet, and otherwise only text and links. */
    public static String policy(String style) {
        return "default-src 'none'; style-src 'sha256-" + hash(style) + "'; base-uri 'none'; form-action 'none'";
    }

    private static String hash(String text) {
        return Base64.getEncoder().encodeToString(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
