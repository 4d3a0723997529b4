package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.dataset.Dataset;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Titles, paths and programs that try to inject text into a server's configuration. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Tag("slow")
class HostileKitTest {
    private static final List<String> PIECES = List.of(
            "\"",
            "'",
            "`",
            "\\",
            "\n",
            "\r\n",
            "\r",
            "\u0000",
            "\u0085",
            "\u2028",
            "#",
            ";",
            "{",
            "}",
            "$",
            "%",
            "\\\n",
            "{{folder}}",
            "${spillway_dataset}",
            "%[src]",
            "%{REQUEST_URI}",
            "{args.0}",
            "{env.HOME}",
            "*/",
            "/*",
            "//",
            "</If>\n",
            "return 200;",
            "\n}\nserver {",
            "\"; return 200; #",
            "\n    use_backend x\n",
            "\nimport /etc/passwd",
            "\nInclude /etc/passwd",
            "\ninclude /etc/passwd;",
            "\"}",
            "{\"",
            "\u202Eevil\u202C",
            "\uD83D\uDCDA",
            "\uD800",
            "\t",
            "C{ exit(1); }C",
            "<script>",
            "if (",
            "elsif",
            "-->",
            "]]>",
            "$(id)",
            "`id`",
            "\u001B[2J");

    private static List<String> hostile() {
        Random random = new Random(20261122);
        List<String> texts = new ArrayList<>(PIECES);
        while (texts.size() < 100) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                text.append(random.nextBoolean() ? "x" : " ").append(PIECES.get(random.nextInt(PIECES.size())));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /** Each text as the title of a dataset that covers a path with every allowed character. */
    private static KitSite site(List<String> titles) {
        List<Dataset> datasets = new ArrayList<>();
        for (int i = 0; i < titles.size(); i++) {
            String path = "/api/v" + i + ".0/~a_b-c/" + (i % 7 == 0 ? "-._~/" : "") + i;
            datasets.add(new Dataset("d" + i, titles.get(i), titles.get(i), null, null, List.of(path)));
        }
        return new KitSite(
                URI.create("https://data.example.org/"),
                Path.of("/srv/dumps/notices"),
                Path.of("/var/lib/spillway/kits"),
                URI.create("http://127.0.0.1:8080/notices/"),
                datasets,
                List.of("en", "de", "pt"),
                Limit.of("5/s", 0, 60),
                new Rules(List.of(), List.of("a+b.c/1 d_e-f", "x..y", "a++"), PageCap.of("from=10")));
    }

    static Stream<ServerKit> kits() {
        return ServerKit.all().stream();
    }

    @ParameterizedTest
    @MethodSource("kits")
    void theServersOwnCheckAcceptsAHundredHostileTitles(ServerKit kit) throws Exception {
        KitCheck.Result result = KitCheck.run(kit, site(hostile()));
        Assumptions.assumeTrue(
                result.outcome() != KitCheck.Outcome.NOT_INSTALLED, kit.name() + " is not installed here");
        assertThat(result.outcome()).as(result.output()).isEqualTo(KitCheck.Outcome.PASSED);
    }

    @ParameterizedTest
    @MethodSource("kits")
    void aTitleChangesOnlyItsOwnComment(ServerKit kit) {
        List<String> plain = hostile().stream().map(each -> "plain").toList();
        assertThat(withoutComments(kit, site(hostile()))).isEqualTo(withoutComments(kit, site(plain)));
    }

    /** The lines that a server reads. */
    private static List<String> withoutComments(ServerKit kit, KitSite site) {
        List<String> lines = new ArrayList<>();
        for (KitFile file : kit.files(site)) {
            lines.add(file.name());
            for (String line : file.text().split("\n", -1)) {
                if (!line.strip().startsWith("#")) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    @ParameterizedTest
    @MethodSource("kits")
    void aCommentIsOneLineOfHarmlessCharacters(ServerKit kit) {
        for (KitFile file : kit.files(site(hostile()))) {
            for (String line : file.text().split("\n", -1)) {
                if (line.strip().matches("# d\\d+:.*")) {
                    assertThat(line.strip()).matches("# d\\d+:[\\p{L}\\p{N} .,_()/-]*");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aPathIsUsedUnchangedOrRefusedWithTheNameOfItsDataset(String text) {
        Dataset dataset = new Dataset("journals", "Journals", null, null, null, List.of("/api" + text));
        String refusal = refusal(() -> new KitSite(
                URI.create("https://data.example.org/"),
                Path.of("/srv/dumps/notices"),
                Path.of("/var/lib/spillway/kits"),
                null,
                List.of(dataset),
                List.of("en"),
                Limit.of("5/s", 0, 60),
                Rules.NONE));
        if (text.matches("[A-Za-z0-9/_.~-]*\\*?")) {
            assertThat(refusal).isNull();
        } else {
            assertThat(refusal).startsWith("dataset journals covers a path with characters");
            assertThat(refusal).doesNotContainPattern("\\p{Cntrl}");
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aProgramIsUsedUnchangedOrRefused(String text) {
        String refusal = refusal(() -> new Rules(List.of(), List.of("Bot" + text + "x"), null));
        if (text.matches("[A-Za-z0-9 /_.+-]*")) {
            assertThat(refusal).isNull();
        } else {
            assertThat(refusal).startsWith("invalid part of a user agent: \"Bot");
            assertThat(refusal).doesNotContainPattern("\\p{Cntrl}");
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aRobotsRuleIsOneLine(String text) {
        String refusal = refusal(() -> new RobotsLines(false, List.of("/x" + text), 0));
        if (text.matches("(?s).*[\\s\\p{Cntrl}#\\\\\"<>{}`].*")) {
            assertThat(refusal).startsWith("not a path for robots.txt");
            assertThat(refusal).doesNotContainPattern("\\p{Cntrl}");
        }
    }

    private static @Nullable String refusal(Runnable made) {
        try {
            made.run();
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }
}
