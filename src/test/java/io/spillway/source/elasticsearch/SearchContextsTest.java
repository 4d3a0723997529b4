package io.spillway.source.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Ids as Elasticsearch 8.19 and 9.5 write them. */
class SearchContextsTest {
    private static final String NODE = "K21jafhIRNW2pReNse0JTw";
    private static final String SESSION = "pKfxjf84R12sI64qKB5s9g";

    @Test
    void anIdWithTheSameSearchContextsOnAnotherNodeIsTheSamePointInTime() {
        assertThat(SearchContexts.mayBeSame(id(NODE, SESSION, 919), id("AAAAAAAAAAAAAAAAAAAAAA", SESSION, 919)))
                .isTrue();
    }

    @Test
    void anIdWithAnotherSearchContextIsAnotherPointInTime() {
        assertThat(SearchContexts.mayBeSame(id(NODE, SESSION, 919), id(NODE, SESSION, 922)))
                .isFalse();
    }

    @Test
    void anIdOfAnotherSessionIsAnotherPointInTime() {
        assertThat(SearchContexts.mayBeSame(id(NODE, SESSION, 919), id(NODE, "BBBBBBBBBBBBBBBBBBBBBB", 919)))
                .isFalse();
    }

    @Test
    void idsInAnUnknownFormCannotBeDistinguished() {
        assertThat(SearchContexts.mayBeSame("pit-1", "pit-2")).isTrue();
        assertThat(SearchContexts.mayBeSame(id(NODE, SESSION, 919), id(NODE, SESSION, 922) + "~7"))
                .isTrue();
    }

    private static String id(String node, String session, int number) {
        String bytes = "\u0088\u00cf\u009b\u0004\u0001\u0003exp\u0016hYfZAK6xTOuWQ0Z5dT-RcA\u0000\u0001\u0016" + node
                + "\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000" + (char) (number >> 8) + (char) (number & 0xFF)
                + "\u0016" + session + "\u0000\u0001\u0016hYfZAK6xTOuWQ0Z5dT-RcA\u0000\u0000";
        return Base64.getUrlEncoder().encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
}
