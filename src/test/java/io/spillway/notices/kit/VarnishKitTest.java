package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.FreePorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kit for Varnish in front of an application, with a web server that has the notices. */
@Tag("slow")
class VarnishKitTest extends KitContract {
    @Override
    ServerKit kit() {
        return new VarnishKit();
    }

    @Override
    Predicate<String> retryAfter() {
        return text -> Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= LIMIT.retryAfter() + 1;
    }

    @Override
    RunningServer start(Path kit, Path work, int port, int application) throws Exception {
        return start(kit, work, port, application, "return (pass);");
    }

    private static RunningServer start(Path kit, Path work, int port, int application, String recv) throws Exception {
        Path program = RunningServer.program("varnish", "varnishd");
        Path config = Files.writeString(work.resolve("site.vcl"), """
                vcl 4.1;
                backend application {
                    .host = "127.0.0.1";
                    .port = "%d";
                }
                include "%s/notices.vcl";
                sub vcl_recv {
                    %s
                }
                """.formatted(application, kit, recv));
        return RunningServer.start(
                work,
                port,
                List.of(
                        program.toString(),
                        "-F",
                        "-n",
                        work.resolve("instance").toString(),
                        "-f",
                        config.toString(),
                        "-a",
                        "127.0.0.1:" + port,
                        "-s",
                        "malloc,16m"));
    }

    @Test
    void withoutTheWebServerARejectionIsStillARejection() throws Exception {
        assertRefusesWithoutTheWebServer();
    }

    @Test
    void anOrdinaryRequestNeverFillsTheCacheOfANotice() throws Exception {
        int port = FreePorts.next();
        String host = fileServer().getHost() + ":" + fileServer().getPort();
        String journals = "/api/search/journals";
        try (RunningServer caching =
                start(kitFolder(), newWorkFolder("work-caching"), port, applicationPort(), "return (hash);")) {
            for (String form : List.of("json", "html", "txt")) {
                for (String name : List.of("429.en.", "429.")) {
                    Client.of(port).get("/notices/journals/" + name + form, "Host", host);
                }
            }
            Client.Answer answer =
                    Client.of(port).untilRefused(journals, LIMIT.inWindow() + 3).get(journals);
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo(Notices.text("journals", 429, "en", "json"));
            // The other way round: a cached notice is not the answer to an ordinary request.
            assertThat(Client.of(port)
                            .get("/notices/journals/429.en.json", "Host", host)
                            .body())
                    .isEqualTo(Application.SERVED);
        }
    }
}
