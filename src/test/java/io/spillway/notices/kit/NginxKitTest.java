package io.spillway.notices.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kit for nginx in front of an application. */
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
        Path program = RunningServer.program("nginx-light", "nginx");
        Path config = Files.writeString(work.resolve("nginx.conf"), """
                daemon off;
                worker_processes 1;
                pid %1$s/pid;
                error_log %1$s/error.log;
                events {
                }
                http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    include %2$s/http.conf;
                    server {
                        listen 127.0.0.1:%3$d;
                        include %2$s/server.conf;
                        include %2$s/intercept.conf;
                        %4$s
                    }
                }
                """.formatted(work, kit, port, locations));
        return RunningServer.start(
                work, port, List.of(program.toString(), "-p", work.toString(), "-c", config.toString()));
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
        int port = RunningServer.freePort();
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
        int port = RunningServer.freePort();
        Path work = newWorkFolder("work-" + port);
        try (RunningServer rewriting = start(kitFolder(), work, port, locations.formatted(applicationPort()))) {
            Client.Answer answer = Client.of(port).get("/api/search/journals");
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo(Notices.text("journals", 429, "en", "json"));
        }
    }
}
