package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.support.FreePorts;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kit for nginx in front of an application. */
@Tag("slow")
class NginxKitTest extends KitContract {
    @Override
    ServerKit kit() {
        return new NginxKit();
    }

    /** An error while an error page is served has no page of its own. */
    @Override
    int unreadable() {
        return 403;
    }

    @Override
    RunningServer start(Path kit, Path work, int port, int application) throws Exception {
        return start(kit, work, port, """
                location / {
                    proxy_pass http://127.0.0.1:%d;
                }
                """.formatted(application));
    }

    private static RunningServer start(Path kit, Path work, int port, String locations) throws Exception {
        return Nginx.start(work, port, """
                include %1$s/http.conf;
                server {
                    listen 127.0.0.1:%2$d;
                    include %1$s/server.conf;
                    include %1$s/intercept.conf;
                    %3$s
                }
                """.formatted(kit, port, locations));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "location /api/ { rewrite ^/api/(.*)$ /$1 break; proxy_pass http://127.0.0.1:%1$d; }",
                "location /api/ { rewrite ^ /index.php?q=$uri last; }"
                        + " location = /index.php { proxy_pass http://127.0.0.1:%1$d; }",
                "location / { try_files $uri /index.php?$args; }"
                        + " location = /index.php { proxy_pass http://127.0.0.1:%1$d; }",
                "rewrite ^/api/(.*)$ /backend/$1; location / { proxy_pass http://127.0.0.1:%1$d; }",
                "location /api/ { proxy_pass http://127.0.0.1:%1$d/other/; }"
            })
    void aPathIsLimitedAsRequestedWhateverItIsRewrittenTo(String locations) throws Exception {
        int port = FreePorts.next();
        Path work = newWorkFolder("work-" + port);
        try (RunningServer rewriting = start(kitFolder(), work, port, locations.formatted(applicationPort()))) {
            Client.Answer answer = Client.of(port)
                    .untilRefused("/api/search/journals", LIMIT.inWindow() + 3)
                    .get("/api/search/journals");
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo(Notices.text("journals", 429, "en", "json"));
            assertThat(Client.of(port).get("/api/search/journals?page=1000").body())
                    .isEqualTo(Notices.text("journals", 400, "en", "json"));
            assertThat(Client.of(port)
                            .get("/d%C3%BCmps/journals/", "User-Agent", "BadBot")
                            .status())
                    .isNotEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "location / { try_files $uri /api/own?$args; } location = /api/own { proxy_pass http://127.0.0.1:%1$d; }",
                "location / { rewrite ^ /api/own break; proxy_pass http://127.0.0.1:%1$d; }"
            })
    void anApplicationsOwnRejectionAfterARewriteGetsTheDatasetsNotice(String locations) throws Exception {
        int port = FreePorts.next();
        Path work = newWorkFolder("work-" + port);
        try (RunningServer rewriting = start(kitFolder(), work, port, locations.formatted(applicationPort()))) {
            Client.Answer answer = Client.of(port).get("/api/search/journals");
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo(Notices.text("journals", 429, "en", "json"));
        }
    }
}
