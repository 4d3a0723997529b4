package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.Dataset;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contents of kits do not change by accident; {@code -Dgolden.update=true} writes them again. */
class KitGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/kits");

    private static final KitSite SITE = new KitSite(
            URI.create("https://data.example.org/"),
            Path.of("/srv/dumps/notices"),
            Path.of("/var/lib/spillway/kits"),
            URI.create("http://127.0.0.1:8080/notices/"),
            List.of(
                    new Dataset("articles", "Articles", null, null, null, List.of("/api/search")),
                    new Dataset(
                            "journals",
                            "Journals, \"all\"",
                            null,
                            null,
                            null,
                            List.of("/api/search/journals", "/query/journal"))),
            List.of("en", "de", "pt"),
            Limit.of("5/s", 20, 60),
            new Rules(List.of(), List.of("BadBot"), PageCap.of("page=1000")));

    static Stream<String> folders() {
        return Stream.concat(ServerKit.all().stream().map(ServerKit::name), Stream.of("."));
    }

    private static List<KitFile> files(String folder) {
        return folder.equals(".")
                ? List.of(new RobotsLines(true, List.of("/*+"), 10).write(SITE))
                : ServerKit.named(folder).orElseThrow().files(SITE);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void filesMatchTheGoldenFiles(String folder) throws Exception {
        for (KitFile file : files(folder)) {
            Path golden = GOLDEN.resolve(folder).resolve(file.name());
            if (System.getProperty("golden.update") != null) {
                Files.createDirectories(golden.getParent());
                Files.writeString(golden, file.text());
            }
            assertThat(golden).hasContent(file.text());
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void thereAreNoOtherFiles(String folder) throws Exception {
        List<String> names = new ArrayList<>();
        try (Stream<Path> present = Files.list(GOLDEN.resolve(folder))) {
            present.filter(Files::isRegularFile).forEach(each -> names.add(each.getFileName() + ""));
        }
        assertThat(names)
                .containsExactlyInAnyOrderElementsOf(
                        files(folder).stream().map(KitFile::name).toList());
    }
}
