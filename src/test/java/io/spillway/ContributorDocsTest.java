package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a contributor is shown exists. */
class ContributorDocsTest {
    private static final Path DOCS = Path.of("docs");
    private static final Path SOURCES = Path.of("src/main/java/io/spillway");
    private static final Path TESTS = Path.of("src/test/java/io/spillway");

    /** A link to a file, without its anchor; absolute URLs have a colon. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

    /** A type that is named with its package, such as {@code run.Destinations}. */
    private static final Pattern TYPE =
            Pattern.compile("`(?:io\\.spillway\\.)?([a-z]+(?:\\.[a-z0-9]+)*)\\.([A-Z]\\w+)[`.#]");

    /** A test class, perhaps with one of its methods. */
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

    private static List<Path> docs() throws IOException {
        try (Stream<Path> pages = Files.list(DOCS);
                Stream<Path> decisions = Files.list(DOCS.resolve("decisions"))) {
            return Stream.of(pages, decisions, Stream.of(Path.of("README.md")))
                    .flatMap(all -> all)
                    .filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : docs()) {
            for (String target : matches(LINK, Files.readString(page), 1)) {
                links++;
                if (!Files.exists(page.toAbsolutePath().getParent().resolve(target))) {
                    broken.add(page + " -> " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(100);
    }

    @Test
    void everyStepOfThePictureLinksToItsClass() throws IOException {
        List<String> lines = Files.readAllLines(DOCS.resolve("architecture.md"));
        String picture =
                lines.stream().filter(line -> line.contains(" ─► ")).findFirst().orElseThrow();
        List<String> linked = lines.stream()
                .filter(line -> line.startsWith("| ") && line.contains(".java)"))
                .toList();
        for (String step : picture.split(" ─► ", -1)) {
            assertThat(linked)
                    .as("a row for the step %s", step)
                    .anySatisfy(row -> assertThat(row).containsPattern("\\b" + step + "\\b"));
        }
    }

    @Test
    void everyPackageIsDescribedWithTheClassToBeginWith() throws IOException {
        List<String> rows = Files.readAllLines(DOCS.resolve("architecture.md"));
        var described = new TreeSet<String>();
        for (String row : rows) {
            String[] cells = row.split("\\s*\\|\\s*", -1);
            if (cells.length == 5 && cells[1].startsWith("`") && cells[3].startsWith("`")) {
                List<String> packages = matches(Pattern.compile("`([a-z0-9.]+)`"), cells[1], 1);
                for (String type : matches(Pattern.compile("`([A-Z]\\w+)`"), cells[3], 1)) {
                    assertThat(packages)
                            .as(row)
                            .anySatisfy(each ->
                                    assertThat(source(SOURCES, each, type)).exists());
                }
                described.addAll(packages);
            }
        }
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(file -> file.endsWith("package-info.java"))
                            .map(file -> SOURCES.relativize(file.getParent())
                                    .toString()
                                    .replace('/', '.')))
                    .isSubsetOf(described);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"new-destination.md", "new-format.md", "new-server-kit.md", "new-source-dialect.md"})
    void aRecipeHasSixStepsAndNamesTypesThatExist(String recipe) throws IOException {
        String text = Files.readString(DOCS.resolve(recipe));
        assertThat(matches(Pattern.compile("(?m)^(\\d)\\. "), text, 1)).containsExactly("1", "2", "3", "4", "5", "6");
        for (MatchResult type : TYPE.matcher(text).results().toList()) {
            if (!type.group(2).matches("NAME|Name\\w+")) {
                assertThat(Stream.of(SOURCES, TESTS).map(root -> source(root, type.group(1), type.group(2))))
                        .as(type.group())
                        .anySatisfy(file -> assertThat(file).exists());
            }
        }
        for (MatchResult test : TEST.matcher(text).results().toList()) {
            if (!test.group(1).startsWith("Name")) {
                assertThat(testClass(test.group(1))).as(test.group()).isPresent();
                if (test.group(2) != null) {
                    assertThat(testClass(test.group(1)).orElseThrow())
                            .content()
                            .contains("void " + test.group(2) + "(");
                }
            }
        }
    }

    private static Optional<Path> testClass(String name) throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return files.filter(file -> file.endsWith(name + ".java")).findFirst();
        }
    }

    private static Path source(Path root, String name, String type) {
        return root.resolve(name.replace('.', '/')).resolve(type + ".java");
    }

    private static List<String> matches(Pattern pattern, String text, int group) {
        return pattern.matcher(text).results().map(found -> found.group(group)).toList();
    }
}
