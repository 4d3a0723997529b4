package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The kit for Varnish, in front of an application and beside a web server that has the notices. */
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
        Path program = RunningServer.program("varnish", "varnishd");
        Path config = Files.writeString(work.resolve("site.vcl"), """
                vcl 4.1;
                backend application {
                    .host = "127.0.0.1";
                    .port = "%d";
                }
                include "%s/notices.vcl";
                sub vcl_recv {
                    return (pass);
                }
                """.formatted(application, kit));
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
    void whereTheWebServerIsAwayARefusalIsOneAllTheSame() throws Exception {
        assertRefusesWithoutTheWebServer();
    }
}
