package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kit for HAProxy in front of an application, with a web server that has the notices. */
@Tag("slow")
class HaproxyKitTest extends KitContract {
    @Override
    ServerKit kit() {
        return new HaproxyKit();
    }

    @Override
    boolean replacesAnswers() {
        return false;
    }

    @Override
    boolean fallsBackToTheSite() {
        return false;
    }

    @Override
    RunningServer start(Path kit, Path work, int port, int application) throws Exception {
        Path program = RunningServer.program("haproxy", "haproxy");
        Path config = Files.writeString(work.resolve("haproxy.cfg"), """
                defaults
                    mode http
                    timeout connect 2s
                    timeout client 20s
                    timeout server 20s
                frontend site
                    bind 127.0.0.1:%d
                %s
                    default_backend application
                backend application
                    server application 127.0.0.1:%d
                """.formatted(
                        port, Files.readString(kit.resolve("frontend.cfg")), application));
        return RunningServer.start(
                work,
                port,
                List.of(program.toString(), "-db", "-f", config.toString(), "-f", kit.resolve("notices.cfg") + ""));
    }

    @Test
    void withoutTheWebServerARejectionIsStillARejection() throws Exception {
        assertRefusesWithoutTheWebServer();
    }
}
