package io.spillway.integrations;

import java.util.List;
import org.junit.jupiter.api.Tag;

/** The servlet filter in front of Tomcat's own limiter. */
@Tag("slow")
class ServletTest extends NoticeContract {
    @Override
    List<String> command() throws Exception {
        return JavaExample.compile("servlet");
    }
}
