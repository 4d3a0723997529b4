package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/** What the text of a script tells about its values. */
final class ScriptText {
    private static final String GAP = "(?:\\s|/\\*(?s:.*?)\\*/|//[^\\n]*\\n)*";
    /** What a script can ask for that differs from one search to the next. */
    private static final Pattern CLOCK_OR_CHANCE = Pattern.compile(
            "\\b(?:now|currentTimeMillis|nanoTime|systemUTC|systemDefaultZone|random|randomUUID|Random|shuffle"
                    + "|GregorianCalendar)\\b"
                    + "|\\bnew\\b" + GAP + "(?:[\\w.]+\\.)?(?:Date|Object)" + GAP + "\\(" + GAP + "\\)"
                    + "|\\b(?:Date|Object)" + GAP + "::" + GAP + "new\\b"
                    + "|\\bCalendar" + GAP + "(?:\\.|::)" + GAP + "getInstance");

    private ScriptText() {}

    /** The source of a script and its parameters; a script is a text or an object with {@code source}. */
    static String of(JsonNode script) {
        return script.isTextual()
                ? script.textValue()
                : script.path("source").asText("") + " " + script.path("params").toString();
    }

    /** Whether a script may have another value at each search, since it asks for the time or for chance. */
    static boolean isUnsteady(JsonNode script) {
        String source =
                script.isTextual() ? script.textValue() : script.path("source").asText("");
        return CLOCK_OR_CHANCE.matcher(source).find()
                || (source.contains("decayDate")
                        && script.path("params").toString().contains("\"now"));
    }
}
