package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The kit for nginx, in front of an application. */
class NginxKitTest extends KitContract {
    @Override
    ServerKit kit() {
        return new NginxKit();
    }

    /** What goes wrong on the way to an error's page has no page of its own. */
    @Override
    int unreadable() {
        return 403;
    }

    @Override
    RunningServer start(Path kit, Path work, int port, int application) throws Exception {
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
                        location / {
                            proxy_pass http://127.0.0.1:%4$d;
                        }
                    }
                }
                """.formatted(work, kit, port, application));
        return RunningServer.start(
                work, port, List.of(program.toString(), "-p", work.toString(), "-c", config.toString()));
    }
}
