package io.spillway.destination.web;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a web server shows below an address, as anybody sees it: objects can be found and read, and nothing else. A key
 * is the rest of a file's address. What is there besides the names that one knows, the web does not tell: {@link #list}
 * is refused and {@link #namesBelow} empty.
 *
 * <p>Requests that may pass are sent again, and a download that breaks off goes on where it stopped, both within a
 * {@link WebPatience}. An interrupt ends a call with {@code CANCELLED} and leaves the flag set.
 */
public final class WebFolder implements Destination {
    private static final Traits TRAITS = new Traits(false, false, false, 0, false);

    private final URI base;
    private final WebClient client;

    private WebFolder(URI base, WebClient client) {
        this.base = base;
        this.client = client;
    }

    /**
     * The folder at an address of http or https; asks nobody yet. Fails as configuration on an address that can be none:
     * one with a user's name, which would be sent along, or with a query, which would not fit its files.
     */
    public static WebFolder open(URI address, WebPatience patience) throws SpillwayException {
        String scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw notAFolder("an address begins with https:// and a host");
        } else if (address.getRawUserInfo() != null || address.getRawQuery() != null || address.getFragment() != null) {
            throw notAFolder("an address on " + address.getHost()
                    + " with a user's name, a query or a fragment in it is not used: none of it would fit the files");
        }
        String path = address.getRawPath().endsWith("/") ? address.getRawPath() : address.getRawPath() + "/";
        URI base = URI.create(scheme + "://" + address.getRawAuthority() + path);
        return new WebFolder(base, new WebClient(patience));
    }

    private static SpillwayException notAFolder(String what) {
        return new SpillwayException(
                Fault.CONFIG,
                what,
                "name an address that anybody can read, such as https://dumps.example.org/journals/");
    }

    /** The address, ending with a slash. */
    @Override
    public String name() {
        return base.toString();
    }

    /** {@inheritDoc} The stream fails with {@link IOException} where the bytes cannot be had. */
    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        URI address = address(key);
        HttpResponse<InputStream> answer = ask(address, () -> client.get(address, 0, null));
        if (answer.statusCode() == 200) {
            return new ResumedBody(client, address, answer);
        }
        discard(answer.body());
        throw isMissing(answer) ? refused(base + " has no " + key, null) : unexpected(address, answer);
    }

    /** {@inheritDoc} Its length is -1 where the server does not tell it. */
    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        URI address = address(key);
        HttpResponse<?> answer = ask(address, () -> client.head(address));
        if (answer.statusCode() == 405 || answer.statusCode() == 501) {
            HttpResponse<InputStream> whole = ask(address, () -> client.get(address, 0, null));
            discard(whole.body());
            answer = whole;
        }
        if (isMissing(answer)) {
            return Optional.empty();
        } else if (answer.statusCode() != 200) {
            throw unexpected(address, answer);
        }
        return Optional.of(new StoredObject(
                key, answer.headers().firstValueAsLong("Content-Length").orElse(-1), null));
    }

    private static boolean isMissing(HttpResponse<?> answer) {
        return answer.statusCode() == 404 || answer.statusCode() == 410;
    }

    private URI address(ObjectKey key) {
        return base.resolve(key.value());
    }

    private interface Request<T> {
        HttpResponse<T> send() throws IOException, InterruptedException;
    }

    /** Sends until an answer comes that would stay the same, or the patience ends. */
    private <T> HttpResponse<T> ask(URI address, Request<T> request) throws SpillwayException {
        try {
            for (int failures = 1; ; failures++) {
                boolean last = failures >= client.patience().attempts();
                HttpResponse<T> answer = null;
                try {
                    answer = request.send();
                    if (last || !WebClient.mayPass(answer.statusCode())) {
                        return answer;
                    }
                    if (answer.body() instanceof InputStream body) {
                        discard(body);
                    }
                } catch (IOException e) {
                    if (last || e instanceof SSLException || isUnknownHost(e)) {
                        throw unanswered(address, e);
                    }
                }
                client.pause(failures, answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SpillwayException(Fault.CANCELLED, "cancelled while " + address + " was asked for", null, e);
        }
    }

    private static boolean isUnknownHost(IOException e) {
        return e instanceof UnknownHostException
                || e.getCause() instanceof UnresolvedAddressException
                || (e.getCause() != null && e.getCause().getCause() instanceof UnresolvedAddressException);
    }

    private static void discard(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // The status says what there is to say.
        }
    }

    private static SpillwayException unexpected(URI address, HttpResponse<?> answer) {
        int status = answer.statusCode();
        String what = "%s answers with status %d".formatted(address, status);
        if (WebClient.mayPass(status)) {
            return new SpillwayException(Fault.DESTINATION_UNAVAILABLE, what, "try again later");
        } else if (status >= 300 && status < 400) {
            return refused(what, "it leads to an address that is not followed, such as from https to http");
        }
        return refused(what, "nothing but what anybody can read is read: no credentials are sent");
    }

    private static SpillwayException unanswered(URI address, IOException e) {
        String reason;
        if (isUnknownHost(e)) {
            reason = "its host is not known";
        } else if (e instanceof SSLException) {
            reason = "no secure connection (" + e.getMessage() + ")";
        } else if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
            reason = "no connection";
        } else if (e instanceof HttpTimeoutException) {
            reason = "no answer in time";
        } else {
            reason = "the connection broke (" + e.getMessage() + ")";
        }
        return new SpillwayException(
                Fault.DESTINATION_UNAVAILABLE, address + " did not answer: " + reason, "is the address right?", e);
    }

    private static SpillwayException refused(String what, @Nullable String hint) {
        return new SpillwayException(Fault.DESTINATION_REFUSED, what, hint);
    }

    @Override
    public Optional<List<String>> namesBelow(String folder) {
        return Optional.empty();
    }

    /** Refused: a web server does not list what it has. */
    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        throw refused(base + " cannot be listed", null);
    }

    /** Refused. */
    @Override
    public Upload begin(ObjectKey key) throws SpillwayException {
        throw readOnly(key);
    }

    /** Refused. */
    @Override
    public StoredObject store(Path file, ObjectKey key) throws SpillwayException {
        throw readOnly(key);
    }

    /** Refused. */
    @Override
    public void place(Path folder, ObjectKey prefix, String last) throws SpillwayException {
        throw readOnly(prefix);
    }

    /** Refused. */
    @Override
    public void delete(ObjectKey key) throws SpillwayException {
        throw readOnly(key);
    }

    private SpillwayException readOnly(ObjectKey key) {
        return refused(base + " is only read: nothing is done to " + key, null);
    }

    @Override
    public Optional<URI> publicAddress(ObjectKey key) {
        return Optional.of(address(key));
    }

    /** {@inheritDoc} It keeps nothing, so that none of them holds. */
    @Override
    public Traits traits() {
        return TRAITS;
    }

    @Override
    public void close() {}
}
