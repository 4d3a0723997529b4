package io.spillway.integrations;

import java.util.List;

/** The servlet filter in front of Tomcat's own limiter. */
class ServletTest extends NoticeContract {
    @Override
    List<String> command() throws Exception {
        return JavaExample.compile("servlet");
    }
}
