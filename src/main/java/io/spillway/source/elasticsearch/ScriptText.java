package io.spillway.source.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/** Detects, from the text of a script, whether its values depend on the time or on random numbers. */
final class ScriptText {
    private static final String GAP = "(?:\\s|/\\*(?s:.*?)\\*/|//[^\\n]*\\n)*";
    /** Functions whose results differ from one search to the next. */
    private static final Pattern CLOCK_OR_CHANCE = Pattern.compile(
            "\\b(?:now|currentTimeMillis|nanoTime|systemUTC|systemDefaultZone|random|randomUUID|Random|shuffle"
                    + "|GregorianCalendar|getCalendar|get2DigitYearStart|dateNow)\\b"
                    + "|\\bClock" + GAP + "(?:\\.|::)" + GAP + "(?:system|tick)"
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

    /** Whether the values of a script may differ between searches, because it uses the time or random numbers. */
    static boolean isUnsteady(JsonNode script) {
        String source =
                script.isTextual() ? script.textValue() : script.path("source").asText("");
        return CLOCK_OR_CHANCE.matcher(source).find()
                || (source.contains("decayDate")
                        && script.path("params").toString().contains("\"now"));
    }
}
