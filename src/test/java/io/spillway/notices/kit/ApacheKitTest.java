package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

/** The kit for Apache httpd in front of an application. */
@Tag("slow")
class ApacheKitTest extends KitContract {
    @Override
    ServerKit kit() {
        return new ApacheKit();
    }

    @Override
    boolean countsEverything() {
        return true;
    }

    @Override
    RunningServer start(Path kit, Path work, int port, int application) throws Exception {
        Path program = RunningServer.program("apache2", "apache2", "httpd");
        Assumptions.assumeTrue(
                ApacheKit.modules().contains("evasive20"), "no mod_evasive: install Debian's libapache2-mod-evasive");
        // One process, because each process counts separately.
        Path config = Files.writeString(
                work.resolve("httpd.conf"), """
                ServerName localhost
                PidFile %1$s/pid
                ErrorLog %1$s/error.log
                TypesConfig /dev/null
                Listen 127.0.0.1:%3$d
                %5$s
                ServerLimit 1
                StartServers 1
                ThreadsPerChild 8
                MaxRequestWorkers 8
                DOSLogDir %1$s
                Include %2$s/notices.conf
                ProxyPass /__spillway/ !
                ProxyPass / http://127.0.0.1:%4$d/
                """.formatted(work, kit, port, application, ApacheKit.modules()));
        return RunningServer.start(
                work, port, List.of(program.toString(), "-X", "-d", work.toString(), "-f", config.toString()));
    }
}
