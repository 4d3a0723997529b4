package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Pages that mirror code match the code. */
class OperationsDocsTest {
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (.+) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    @Test
    void theTableOfExitCodesMatchesTheCode() throws IOException {
        Map<Integer, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/operations.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(Integer.valueOf(row.group(1)), row.group(2));
            }
        }
        Map<Integer, String> coded = new TreeMap<>();
        Arrays.stream(Fault.values()).forEach(fault -> coded.put(fault.exitCode(), fault.meaning()));
        assertThat(documented).containsAllEntriesOf(coded).containsKeys(0, 1, 2).hasSize(coded.size() + 3);
    }

    @Test
    void everyTestNamedInTheReliabilityPageExists() throws IOException {
        Matcher named = TEST.matcher(Files.readString(Path.of("docs/reliability.md")));
        int count = 0;
        while (named.find()) {
            count++;
            List<Path> files;
            try (var all = Files.walk(Path.of("src/test/java"))) {
                files = all.filter(path -> path.endsWith(named.group(1) + ".java"))
                        .toList();
            }
            assertThat(files).as(named.group(1)).hasSize(1);
            if (named.group(2) != null) {
                assertThat(Files.readString(files.get(0))).as(named.group()).contains("void " + named.group(2) + "(");
            }
        }
        assertThat(count).isGreaterThan(30);
    }
}
