package io.spillway.daemon;

import io.spillway.config.Secret;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.manifest.ManifestJson;
import io.spillway.notices.Negotiation;
import io.spillway.notices.NoticeFormat;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's HTTP server: {@code /health/live}, {@code /health/ready}, {@code /metrics}, {@code /status} (JSON, or a
 * page for a browser), {@code /notice} for refused clients, and {@code POST /datasets/NAME/export} with the token.
 *
 * <p>Requests are limited in size, number and time. {@code /health/live} needs no thread that another request can hold:
 * the state database and the files of notices are read on separate threads, and a request is answered with 503 if these
 * threads and their queue are full.
 */
final class WatchServer implements AutoCloseable {
    /** Maximum size of request line and header fields together, in bytes; larger requests get 414 or 431. */
    static final int MOST_HEADER = 8 * 1024;

    static final int MOST_CONNECTIONS = 256;

    /** Time for a whole request to arrive, and for its answer to be made and sent. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(WatchServer.class);

    private static final Pattern EXPORT = Pattern.compile("/datasets/([a-z0-9-]+)/export");
    private static final int SERVER_THREADS = 8;
    private static final int THREADS = 4;
    private static final int QUEUE = 32;
    private static final int MISDIRECTED = 421;

    private final Server server;
    private final ServerConnector connector;
    private final Connections connections = new Connections(MOST_CONNECTIONS, PATIENCE);
    private final ExecutorService database = threads("http-state");
    private final ExecutorService files = threads("http-notices");
    private final Source source;
    private final NoticeEndpoint notices;
    private final @Nullable Secret token;
    private final HostNames hosts;

    /** The data of the answers. */
    interface Source {
        Overview overview() throws SQLException, SpillwayException;

        String metrics() throws SQLException, SpillwayException;

        /** Schedules an export of a dataset soon; returns false if no dataset has that name. */
        boolean export(String dataset) throws SpillwayException;
    }

    private WatchServer(InetSocketAddress address, WatchOptions options, Source source, NoticeEndpoint notices) {
        this.source = source;
        this.notices = notices;
        this.token = options.token();
        Set<String> names = new HashSet<>(options.hosts());
        names.add(address.getHostString());
        this.hosts = new HostNames(names);
        QueuedThreadPool pool = new QueuedThreadPool(SERVER_THREADS, 2);
        pool.setName("http");
        pool.setDaemon(true);
        this.server = new Server(pool, new ScheduledExecutorScheduler("http-time", true), null);
        HttpConfiguration http = new HttpConfiguration();
        http.setRequestHeaderSize(MOST_HEADER);
        http.setSendServerVersion(false);
        this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(
                address.isUnresolved()
                        ? address.getHostString()
                        : address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(PATIENCE.toMillis());
        connector.setAcceptQueueSize(4 * MOST_CONNECTIONS);
        connector.addBean(connections);
        server.addConnector(connector);
        server.setErrorHandler(new PlainErrors());
        server.setHandler(new Routes());
    }

    private static ExecutorService threads(String name) {
        return new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE), task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts the server.
     *
     * @throws SpillwayException {@code STATE_UNAVAILABLE}: the port is in use; {@code CONFIG}: this machine does not have
     *                           the address, or this user may not listen on it
     */
    static WatchServer start(InetSocketAddress address, WatchOptions options, Source source, NoticeEndpoint notices)
            throws SpillwayException {
        WatchServer watch = new WatchServer(address, options, source, notices);
        try {
            watch.server.start();
        } catch (Exception e) {
            watch.close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean inUse = String.valueOf(cause.getMessage()).contains("in use");
            throw new SpillwayException(
                    inUse ? Fault.STATE_UNAVAILABLE : Fault.CONFIG,
                    "cannot listen on " + address + " (" + cause.getMessage() + ")",
                    "end the process that uses the port, or name another address, or none, with --listen",
                    e);
        }
        watch.sweepLater(watch.connector.getScheduler());
        return watch;
    }

    private void sweepLater(Scheduler scheduler) {
        var unused = scheduler.schedule(
                () -> {
                    connections.sweep();
                    sweepLater(scheduler);
                },
                1,
                TimeUnit.SECONDS);
    }

    /** The port it listens on. */
    int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("cannot stop the web server cause=\"{}\"", e.getMessage());
        }
        // Not interrupted: the JDK closes a file, such as the state's, when a thread that reads it is interrupted.
        database.shutdown();
        files.shutdown();
        try {
            if (!database.awaitTermination(2, TimeUnit.SECONDS) || !files.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.warn("a response did not finish in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes an answer; may block. */
    private interface Work {
        Answer answer() throws SQLException, SpillwayException;
    }

    /** Routes requests; never blocks. */
    private final class Routes extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            connections.answering(request);
            String path = Request.getPathInContext(request);
            if (path.equals("/health/live")) {
                live(request).send(response, callback);
            } else if (path.equals("/notice")) {
                later(files, request, response, callback, () -> notices.answer(request, response.getHeaders()));
            } else if (!path.startsWith("/health/")
                    && !hosts.admits(request.getHttpURI().getHost())) {
                Answer.text(MISDIRECTED, "host name not accepted; start the daemon with --host NAME")
                        .send(response, callback);
            } else {
                later(database, request, response, callback, () -> route(request, path, response));
            }
            return true;
        }
    }

    private static Answer live(Request request) {
        return isRead(request) ? Answer.text(200, "alive") : Answer.text(405, "GET only");
    }

    private static boolean isRead(Request request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private static void later(
            ExecutorService threads, Request request, Response response, Callback callback, Work work) {
        try {
            threads.execute(() -> answer(request, work).send(response, callback));
        } catch (RejectedExecutionException full) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
            Answer.text(503, "too many pending requests, try again").send(response, callback);
        }
    }

    private static Answer answer(Request request, Work work) {
        try {
            return work.answer();
        } catch (SQLException | SpillwayException | RuntimeException e) {
            // The path, still percent-encoded, has no control characters.
            LOG.error("cannot answer a request path={}", request.getHttpURI().getPath(), e);
            return Answer.text(503, "the state database does not answer");
        }
    }

    private Answer route(Request request, String path, Response response) throws SQLException, SpillwayException {
        Matcher export = EXPORT.matcher(path);
        if (export.matches()) {
            return export(request, response, export.group(1));
        }
        if (!isRead(request)) {
            return Answer.text(405, "GET only");
        }
        return switch (path) {
            case "/health/ready" -> {
                var unused = source.overview();
                yield Answer.text(200, "ready");
            }
            case "/metrics" -> new Answer(200, Metrics.TYPE, source.metrics());
            case "/", "/status" -> status(request);
            default -> Answer.text(404, "no such page");
        };
    }

    private Answer status(Request request) throws SQLException, SpillwayException {
        boolean trusted = token != null && isAllowed(request.getHeaders().get(HttpHeader.AUTHORIZATION), token);
        Overview now = trusted ? source.overview() : source.overview().withoutDetails();
        if (Negotiation.format(request.getHeaders().get(HttpHeader.ACCEPT), null) == NoticeFormat.HTML) {
            return new Answer(200, Answer.HTML, StatusPage.of(now));
        }
        return new Answer(200, Answer.JSON, new String(ManifestJson.write(now), StandardCharsets.UTF_8));
    }

    private Answer export(Request request, Response response, String dataset) throws SpillwayException {
        if (!request.getMethod().equals("POST")) {
            return Answer.text(405, "POST only");
        }
        if (token == null) {
            return Answer.text(403, "this daemon was started without --token");
        }
        if (!isAllowed(request.getHeaders().get(HttpHeader.AUTHORIZATION), token)) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            return Answer.text(401, "Authorization: Bearer TOKEN is missing or invalid");
        }
        if (!source.export(dataset)) {
            return Answer.text(404, "no dataset of that name");
        }
        LOG.info("export requested over HTTP dataset={} by={}", dataset, Request.getRemoteAddr(request));
        Map<String, Object> answer = Map.of("dataset", dataset, "status", "queued");
        return new Answer(202, Answer.JSON, new String(ManifestJson.writeLine(answer), StandardCharsets.UTF_8) + "\n");
    }

    /** Takes the same time for any wrong token. */
    private static boolean isAllowed(@Nullable String given, Secret token) {
        byte[] expected = ("Bearer " + token.reveal()).getBytes(StandardCharsets.UTF_8);
        return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected);
    }

    /** The response to a malformed request: a line with the status, without any part of the request. */
    private static final class PlainErrors extends ErrorHandler {
        @Override
        protected void generateResponse(
                Request request,
                Response response,
                int code,
                @Nullable String message,
                @Nullable Throwable cause,
                Callback callback) {
            Answer.text(code, HttpStatus.getMessage(code)).send(response, callback);
        }
    }
}
