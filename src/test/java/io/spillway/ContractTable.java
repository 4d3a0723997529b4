package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/**
 * Counts the runs of each test of {@link ServersIT} on each server, writes them to {@code target/servers-it/SERVER.tsv}, and compares
 * them with the table in docs/sources.md. With {@code -Ddocs.update} it writes the table. A server on which a test was
 * skipped or failed changes nothing in the table.
 */
final class ContractTable implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final Path PAGE = Path.of("docs", "sources.md");
    private static final Path RESULTS = Path.of("target", "servers-it");
    private static final String BEGIN = "<!-- contract: written by ServersIT with -Ddocs.update -->\n";
    private static final String END = "<!-- end of contract -->\n";
    private static final String NOT_RUN = "-";
    /** Runs by server and test. */
    private static final Map<String, Map<String, Runs>> RUNS = new ConcurrentHashMap<>();

    private record Runs(int passed, int skipped, int failed, long millis) {
        static final Runs NONE = new Runs(0, 0, 0, 0);

        Runs and(Runs other) {
            return new Runs(
                    passed + other.passed, skipped + other.skipped, failed + other.failed, millis + other.millis);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(Namespace.create(ContractTable.class)).put(context.getUniqueId(), System.nanoTime());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        long started = context.getStore(Namespace.create(ContractTable.class)).get(context.getUniqueId(), Long.class);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        Throwable failure = context.getExecutionException().orElse(null);
        Runs run = failure == null
                ? new Runs(1, 0, 0, millis)
                : failure instanceof TestAbortedException ? new Runs(0, 1, 0, millis) : new Runs(0, 0, 1, millis);
        String server = ((ServersIT) context.getRequiredTestInstance()).serverName();
        RUNS.computeIfAbsent(server, name -> new ConcurrentHashMap<>())
                .merge(context.getRequiredTestMethod().getName(), run, Runs::and);
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        Files.createDirectories(RESULTS);
        for (var server : RUNS.entrySet()) {
            if (server.getKey().equals(System.getProperty("spillway.server", server.getKey()))) {
                Files.writeString(RESULTS.resolve(server.getKey() + ".tsv"), results(server.getValue()));
            }
        }
        String page = Files.readString(PAGE);
        String right = withTable(page, table(page));
        if (System.getProperty("docs.update") != null) {
            Files.writeString(PAGE, right);
        } else {
            assertThat(page)
                    .as("docs/sources.md states what was proved with each server: run this with -Ddocs.update")
                    .isEqualTo(right);
        }
    }

    private static String results(Map<String, Runs> tests) {
        StringBuilder text = new StringBuilder("test\tpassed\tskipped\tfailed\tseconds\n");
        new TreeMap<>(tests)
                .forEach((test, runs) -> text.append("%s\t%d\t%d\t%d\t%.1f\n"
                        .formatted(test, runs.passed(), runs.skipped(), runs.failed(), runs.millis() / 1_000.0)));
        return text.toString();
    }

    /** The page with another table. */
    static String withTable(String page, String table) {
        return page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + table + page.substring(page.indexOf(END));
    }

    /** The page's table with the results of this run; what did not run here stays, for tests that still exist. */
    static String table(String page) {
        Map<String, List<String>> before = new TreeMap<>();
        String old = page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
        old.lines()
                .map(line -> List.of(line.substring(2).split(" \\|( |$)")))
                .forEach(cells -> before.put(cells.get(0), cells.subList(1, cells.size())));
        List<String> head = before.getOrDefault("`ServersIT`", List.of());
        List<String> rows = new ArrayList<>();
        for (String test : tests()) {
            StringBuilder row = new StringBuilder("| " + sentence(test) + " |");
            List<String> cells = before.getOrDefault(sentence(test), List.of());
            for (String server : servers()) {
                int column = head.indexOf(server);
                String stated = column < 0 || column >= cells.size() ? NOT_RUN : cells.get(column);
                row.append(' ').append(proved(server, test, stated)).append(" |");
            }
            rows.add(row + "\n");
        }
        return "| `ServersIT` | " + String.join(" | ", servers()) + " |\n|"
                + " --- |".repeat(servers().size() + 1) + "\n" + String.join("", rows);
    }

    private static String proved(String server, String test, String stated) {
        Runs runs = RUNS.getOrDefault(server, Map.of()).getOrDefault(test, Runs.NONE);
        return runs.passed() == 0 || runs.skipped() + runs.failed() > 0 ? stated : Integer.toString(runs.passed());
    }

    /** The servers of the contract. */
    static List<String> servers() {
        return List.of(ServersIT.class.getAnnotation(ValueSource.class).strings());
    }

    private static List<String> tests() {
        return Arrays.stream(ServersIT.class.getDeclaredMethods())
                .filter(method -> Stream.of(Test.class, ParameterizedTest.class).anyMatch(method::isAnnotationPresent))
                .map(Method::getName)
                .sorted()
                .collect(Collectors.toList());
    }

    /** {@code aClosedIndexIsRefused} as words. */
    private static String sentence(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
