package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.spillway.config.ConfigFile;
import io.spillway.schedule.ScheduleFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sites of docs/sites: the servers in a page's command accept what is written for its schedule. */
class SitesDocsTest {
    private static final Pattern COMMAND = Pattern.compile("\nspillway notices ((?:.*\\\\\n)*.*)\n");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|[^\\s'\\\\]+");
    private static final Set<String> FLAGS = Set.of("--check");

    /** A page's command: its schedule, and its options by name. */
    private record Command(ScheduleFile schedule, Map<String, List<String>> options) {
        String option(String name) {
            return options.get(name).get(0);
        }

        List<ServerKit> kits() {
            return List.of(option("--server").split(",", -1)).stream()
                    .map(name -> ServerKit.named(name).orElseThrow())
                    .toList();
        }

        KitSite site() {
            URI address = schedule.destinations().stream()
                    .map(place ->
                            place.s3() == null ? place.publicUrl() : place.s3().publicUrl())
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow();
            List<String> cap = options.getOrDefault("--page-cap", List.of());
            return new KitSite(
                    address,
                    Path.of(options.getOrDefault("--notices-folder", List.of("/srv/dumps/notices"))
                            .get(0)),
                    Path.of("/var/lib/spillway/kits"),
                    options.containsKey("--notices-url") ? URI.create(option("--notices-url")) : null,
                    List.of(schedule.toDataset()),
                    List.of("en", "de", "pt"),
                    Limit.of(
                            option("--rate"),
                            Integer.parseInt(option("--burst")),
                            Integer.parseInt(option("--retry-after"))),
                    new Rules(List.of(), List.of(), cap.isEmpty() ? null : PageCap.of(cap.get(0))));
        }
    }

    private static Command command(String page) throws Exception {
        Matcher found = COMMAND.matcher(Files.readString(Path.of("docs", "sites", page + ".md")));
        assertThat(found.find()).as("the command of " + page + ".md").isTrue();
        List<String> words =
                WORD.matcher(found.group(1)).results().map(SitesDocsTest::word).toList();
        Map<String, List<String>> options = new TreeMap<>();
        for (int i = 1; i < words.size(); i++) {
            List<String> values = options.computeIfAbsent(words.get(i), name -> new ArrayList<>());
            if (!FLAGS.contains(words.get(i))) {
                values.add(words.get(++i));
            }
        }
        ScheduleFile schedule = ConfigFile.read(
                Path.of(words.get(0)),
                ScheduleFile.class,
                name -> name.endsWith("_URL") ? "https://search.example.org:9200" : "secret");
        return new Command(schedule, options);
    }

    private static String word(MatchResult found) {
        return found.group(1) == null ? found.group() : found.group(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"journals", "measurements", "edition", "civic-data"})
    void theServersOfAPageAcceptItsConfiguration(String page) throws Exception {
        Command command = command(page);
        List<KitCheck.Result> results = new ArrayList<>();
        for (ServerKit kit : command.kits()) {
            results.add(KitCheck.run(kit, command.site()));
        }

        assertThat(results).noneMatch(result -> result.outcome() == KitCheck.Outcome.FAILED);
        assumeFalse(
                results.stream().anyMatch(result -> result.outcome() == KitCheck.Outcome.NOT_INSTALLED),
                "a server of this page is not installed: Debian's nginx-light, haproxy, varnish, varnish-modules");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journals", "measurements", "edition", "civic-data"})
    void aPageAndItsScheduleNameEachOther(String page) throws Exception {
        assertThat(Files.readString(Path.of("docs", "sites", page + ".md")))
                .contains("(../../schedules/" + page + ".yaml)");
        assertThat(Files.readString(Path.of("schedules", page + ".yaml"))).contains("docs/sites/" + page + ".md");
        assertThat(Files.readString(Path.of("docs", "sites", "README.md"))).contains("(" + page + ".md)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Disallow: /texts/*+*+", "Disallow: /texts/*%2B*%2B", "Crawl-delay: 10"})
    void theEditionDisallowsMultipliedUrlsForCrawlers(String line) throws Exception {
        Command edition = command("edition");
        RobotsLines lines = new RobotsLines(
                false, edition.options().get("--disallow"), Integer.parseInt(edition.option("--crawl-delay")));

        assertThat(lines.write(edition.site()).text().lines()).contains(line);
    }
}
