package io.spillway.notices.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;

/** The kit for Caddy in front of an application that limits. */
@Tag("slow")
class CaddyKitTest extends KitContract {
    @Override
    ServerKit kit() {
        return new CaddyKit();
    }

    @Override
    boolean limits() {
        return false;
    }

    /** The answer of its file server, whatever status was configured. */
    @Override
    int unreadable() {
        return 403;
    }

    @Override
    Predicate<String> retryAfter() {
        return Application.OWN_RETRY_AFTER::equals;
    }

    @Override
    RunningServer start(Path kit, Path work, int port, int application) throws Exception {
        Path program = RunningServer.program("caddy", "caddy");
        Path config = Files.writeString(work.resolve("Caddyfile"), """
                {
                	admin off
                	auto_https off
                }
                import %s/notices.caddy
                http://127.0.0.1:%d {
                	bind 127.0.0.1
                	import spillway 127.0.0.1:%d
                }
                """.formatted(kit, port, application));
        return RunningServer.start(
                work,
                port,
                List.of(program.toString(), "run", "--config", config.toString(), "--adapter", "caddyfile"));
    }
}
