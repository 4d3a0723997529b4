package io.spillway.notices;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    @ParameterizedTest
    @ValueSource(strings = {"texts_de.properties", "texts_pt.properties"})
    void everyLanguageHasEveryTextWithTheSamePlaceholders(String other) throws Exception {
        Properties english = bundle("texts.properties");
        Properties texts = bundle(other);
        assertThat(texts.keySet()).isEqualTo(english.keySet());
        english.forEach((key, text) ->
                assertThat(places(texts.get(key))).as(key.toString()).isEqualTo(places(text)));
    }

    @Test
    void noTextHasAnApostropheThatMessageFormatTakesForAQuote() throws Exception {
        for (String name : Set.of("texts.properties", "texts_de.properties", "texts_pt.properties")) {
            assertThat(bundle(name).values())
                    .as(name)
                    .noneMatch(text -> text.toString().contains("'"));
        }
    }

    private static Set<String> places(Object text) {
        Set<String> places = new TreeSet<>();
        Matcher place = Pattern.compile("\\{\\d}").matcher(text.toString());
        while (place.find()) {
            places.add(place.group());
        }
        return places;
    }

    private static Properties bundle(String name) throws Exception {
        Properties texts = new Properties();
        texts.load(Files.newBufferedReader(Path.of("src/main/resources/io/spillway/notices", name)));
        return texts;
    }
}
