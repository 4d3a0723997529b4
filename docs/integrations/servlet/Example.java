package org.example.notices;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.filters.RateLimitFilter;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** The smallest site with it, for Tomcat 10.1 and its own limiter; elsewhere the two filters stand in web.xml. */
public final class Example {
    private Example() {}

    static final class Search extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("application/json");
            response.getWriter().print("{\"results\":[]}");
        }
    }

    public static void main(String[] args) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(Integer.parseInt(System.getenv().getOrDefault("PORT", "0")));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context application = tomcat.addContext("", new File(".").getAbsolutePath());
        add(
                application,
                "notices",
                SpillwayFilter.class,
                Map.of(
                        "links",
                        System.getenv("LINKS"),
                        "site",
                        System.getenv().getOrDefault("SITE", ""),
                        "documentation",
                        "https://example.org/docs/limits",
                        "contact",
                        "mailto:data@example.org",
                        "check",
                        System.getenv().getOrDefault("CHECK", "5"),
                        "retry-after",
                        "3600"));
        // After the other one, so that what it refuses goes through that.
        add(application, "limit", RateLimitFilter.class, Map.of("bucketRequests", "3", "bucketDuration", "3600"));
        Tomcat.addServlet(application, "search", new Search());
        application.addServletMappingDecoded("/", "search");
        tomcat.start();
        System.out.println("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/");
        tomcat.getServer().await();
    }

    private static void add(Context application, String name, Class<?> filter, Map<String, String> parameters) {
        FilterDef definition = new FilterDef();
        definition.setFilterName(name);
        definition.setFilterClass(filter.getName());
        parameters.forEach(definition::addInitParameter);
        application.addFilterDef(definition);
        FilterMap mapping = new FilterMap();
        mapping.setFilterName(name);
        mapping.addURLPattern("/*");
        application.addFilterMap(mapping);
    }
}
