package org.example.notices;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.startup.Tomcat;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The smallest site with it, for spring-webmvc 6 and Tomcat 10.1; an application of Spring Boot needs the beans alone.
 * Three requests a client, pages as far as 1,000 results.
 */
@Configuration
@EnableWebMvc
@Import(RefusedAdvice.class)
public class Example implements WebMvcConfigurer {
    @Bean
    SpillwayNotices notices() {
        String check = System.getenv("CHECK");
        return new SpillwayNotices(new SpillwayNotices.Settings(
                System.getenv("LINKS"),
                System.getenv("SITE"),
                "https://example.org/docs/limits",
                "mailto:data@example.org",
                null,
                Map.of(),
                check == null ? null : Duration.ofMillis((long) (1000 * Double.parseDouble(check)))));
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new Limit()).excludePathPatterns("/unthrottled/**");
    }

    /** Stands for the limiter that an application has. */
    static final class Limit implements HandlerInterceptor {
        private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            var count = requests.computeIfAbsent(request.getRemoteAddr(), client -> new AtomicInteger());
            if (count.incrementAndGet() > 3) {
                throw Refused.throttled(Duration.ofHours(1));
            }
            return true;
        }
    }

    @RestController
    static final class Search {
        // Without "produces": with it, a browser's Accept may get 406 before anything can throttle.
        @GetMapping("/**")
        Map<String, Object> search(
                @RequestParam(name = "page", defaultValue = "1") long page,
                @RequestParam(name = "size", defaultValue = "100") long size) {
            if (page > 1000 / size) {
                throw Refused.pageTooDeep(page, size, 1000);
            }
            return Map.of("page", page);
        }
    }

    public static void main(String[] args) throws Exception {
        var context = new AnnotationConfigWebApplicationContext();
        context.register(Example.class);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(Integer.parseInt(System.getenv().getOrDefault("PORT", "0")));
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        var application = tomcat.addContext("", new File(".").getAbsolutePath());
        Tomcat.addServlet(application, "spring", new DispatcherServlet(context)).setLoadOnStartup(1);
        application.addServletMappingDecoded("/", "spring");
        tomcat.start();
        System.out.println("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/");
        tomcat.getServer().await();
    }
}
