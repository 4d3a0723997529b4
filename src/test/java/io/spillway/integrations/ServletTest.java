package io.spillway.integrations;

import java.util.List;

/** The servlet filter before Tomcat's own limiter. */
class ServletTest extends NoticeContract {
    @Override
    List<String> command() throws Exception {
        return JavaExample.compile("servlet");
    }
}
