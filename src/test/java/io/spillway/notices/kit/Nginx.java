package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real nginx with a configuration of its own, on a loopback port. */
final class Nginx {
    private Nginx() {}

    /**
     * Starts it; the caller closes it. Skips the test if nginx is not installed.
     *
     * @param work an empty folder for its files
     * @param http the directives of the http block, with a server that listens on {@code port}
     */
    static RunningServer start(Path work, int port, String http) throws Exception {
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
                    %2$s
                }
                """.formatted(work, http));
        return RunningServer.start(
                work, port, List.of(program.toString(), "-p", work.toString(), "-c", config.toString()));
    }
}
