package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spillway.dataset.Dataset;
import io.spillway.support.FreePorts;
import io.spillway.support.WebServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The digital edition of docs/sites: its own rule for URLs that multiply, after the kit, in the real Varnish. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Tag("slow")
class MultipliedAddressesTest {
    private static final Path RULE =
            Path.of("docs", "sites", "edition", "multiplied.vcl").toAbsolutePath();
    private static final String THREE_TEXTS = "/texts/urn:a.form001+urn:a.form002+urn:a.form003/passage/all+all";

    private Path root;
    private Application edition;
    private WebServer files;
    private RunningServer varnish;
    private Client client;

    @BeforeAll
    void start() throws Exception {
        Path program = RunningServer.program("varnish", "varnishd");
        root = Files.createTempDirectory("spillway-edition-test");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Notices notices = new Notices(Files.createDirectory(root.resolve("notices")));
        notices.write(List.of("charters"));
        files = WebServer.serving(root);
        edition = new Application("none");
        KitSite site = new KitSite(
                URI.create("https://edition.example.org/dumps/"),
                notices.folder(),
                root,
                files.address().resolve("notices/"),
                List.of(new Dataset("charters", "Charters", null, null, null, List.of("/texts", "/search"))),
                Notices.LANGUAGES,
                Limit.of("600/m", 100, 60),
                Rules.NONE);
        for (KitFile file : new VarnishKit().files(site)) {
            Files.writeString(root.resolve(file.name()), file.text());
        }
        Path config = Files.writeString(root.resolve("site.vcl"), """
                vcl 4.1;
                backend application {
                    .host = "127.0.0.1";
                    .port = "%d";
                }
                include "%s/notices.vcl";
                include "%s";
                """.formatted(
                        edition.port(), root, Files.copy(RULE, root.resolve("multiplied.vcl"))));
        int port = FreePorts.next();
        Path work = Files.createDirectory(root.resolve("work"));
        List<String> command = List.of(
                program.toString(),
                "-F",
                "-n",
                work.resolve("instance").toString(),
                "-f",
                config.toString(),
                "-a",
                "127.0.0.1:" + port,
                "-s",
                "malloc,16m");
        varnish = RunningServer.start(work, port, command);
        client = Client.of(port);
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable each :
                Stream.of(varnish, edition, files).filter(e -> e != null).toList()) {
            each.close();
        }
        if (root != null) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each :
                        all.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/texts/urn:a.form001/passage/all",
                "/texts/urn:a.form001+urn:a.form002/passage/all+all",
                "/texts/urn:a.form001%2Burn:a.form002/passage/all",
                "/search?q=a+b+c+d",
                "/texts/urn:a.form001?lemma=a+b+c",
                "/about/a+b+c"
            })
    void oneTextAndTwoSideBySideAreServed(String path) throws Exception {
        assertThat(client.get(path).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                THREE_TEXTS,
                "/texts/a+b+c",
                "/texts/a%2Bb%2bc/passage/all",
                "/texts/a+b%2Bc/passage/all?reading=a",
                "/texts/a/passage/1+2+3",
                "/texts/a+b+c+d+e+f+g+h+i"
            })
    void requestsForThreeOrMoreTextsGetTheUrlOfAllTexts(String path) throws Exception {
        Client.Answer answer = client.get(path);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        assertThat(new JsonMapper().readTree(answer.body()).at("/title").asText())
                .isEqualTo("charters 429 en");
        assertThat(answer.header("Retry-After")).isEqualTo("86400");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.links())
                .containsEntry("help", "<https://edition.example.org/dumps/charters/>")
                .containsEntry("describedby", "<https://edition.example.org/dumps/links.json>");
    }

    @Test
    void aPersonGetsAPage() throws Exception {
        Client.Answer answer = client.get(THREE_TEXTS, "Accept", "text/html,*/*;q=0.8", "Accept-Language", "de");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(Notices.text("charters", 429, "de", "html"));
    }

    @Test
    void aClientsOwnHeaderDecidesNothing() throws Exception {
        assertThat(client.get("/texts/a", "X-Spillway-Status", "429").status()).isEqualTo(200);
    }
}
