package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.progress.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    private record Line(String someName, int count, List<String> names, Map<Stage, Double> seconds) {}

    @Test
    void aRecordIsOneLineWithTheNamesOfAManifest() {
        assertThat(JsonText.line(new Line("a", 3, List.of("b"), Map.of(Stage.READING, 1.5))))
                .isEqualTo("{\"some_name\":\"a\",\"count\":3,\"names\":[\"b\"],\"seconds\":{\"reading\":1.5}}");
    }

    @Test
    void aMapKeepsItsOrderAndItsNames() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("type", "progress");
        line.put("exit_code", 0);
        line.put("expected", null);
        assertThat(JsonText.line(line)).isEqualTo("{\"type\":\"progress\",\"exit_code\":0,\"expected\":null}");
    }

    @Test
    void anyTextStaysOnOneLine() throws Exception {
        String text = "a\nb\r\n\u0000\"\\ \uD83D\uDCDA";
        String line = JsonText.line(Map.of("message", text));
        assertThat(line.lines()).hasSize(1);
        assertThat(new JsonMapper().readTree(line).get("message").asText()).isEqualTo(text);
    }
}
