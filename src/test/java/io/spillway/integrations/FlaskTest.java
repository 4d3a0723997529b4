package io.spillway.integrations;

import java.util.List;

/** Flask with Flask-Limiter. */
class FlaskTest extends NoticeContract {
    @Override
    List<String> command() throws Exception {
        return List.of(
                Installed.python("flask_limiter", "python3-flask-limiter"),
                "-B",
                Installed.EXAMPLES.resolve("flask/example.py").toString());
    }
}
