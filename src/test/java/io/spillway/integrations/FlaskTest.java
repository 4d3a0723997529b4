package io.spillway.integrations;

import java.util.List;
import org.junit.jupiter.api.Tag;

/** Flask with Flask-Limiter. */
@Tag("slow")
class FlaskTest extends NoticeContract {
    @Override
    List<String> command() throws Exception {
        return List.of(
                Installed.python("flask_limiter", "python3-flask-limiter"),
                "-B",
                Installed.EXAMPLES.resolve("flask/example.py").toString());
    }
}
