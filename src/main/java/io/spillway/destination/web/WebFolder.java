package io.spillway.destination.web;

import io.spillway.destination.Destination;
import io.spillway.destination.ObjectKey;
import io.spillway.destination.PublicFiles;
import io.spillway.destination.StoredObject;
import io.spillway.destination.Upload;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The content below a web server's URL as anonymous users see it: objects can be found and read, nothing else. A key is
 * the rest of a file's URL. A web server does not list its files: {@link #list} is refused.
 *
 * <p>Uses the retries of {@link WebFiles}.
 */
public final class WebFolder implements Destination {
    private static final Traits TRAITS = new Traits(false, false, false, 0, false);

    private final URI base;
    private final WebFiles files;

    private WebFolder(URI base, WebFiles files) {
        this.base = base;
        this.files = files;
    }

    /**
     * Creates the folder for an http or https URL; sends no request.
     *
     * @throws SpillwayException {@code CONFIG} if the URL is not valid, has user information, which would be sent
     *     along, or a query, which would not fit its files
     */
    public static WebFolder open(URI address, WebPatience patience) throws SpillwayException {
        String scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw notAFolder("a URL must begin with https:// and a host");
        } else if (address.getRawUserInfo() != null || address.getRawQuery() != null || address.getFragment() != null) {
            throw notAFolder("a URL on " + address.getHost() + " must not have a user name, a query or a fragment");
        }
        String path = address.getRawPath().endsWith("/") ? address.getRawPath() : address.getRawPath() + "/";
        URI base = URI.create(scheme + "://" + address.getRawAuthority() + path);
        return new WebFolder(base, new WebFiles(patience));
    }

    private static SpillwayException notAFolder(String what) {
        return new SpillwayException(
                Fault.CONFIG, what, "use a public URL, such as https://dumps.example.org/journals/");
    }

    /** The URL, ending with a slash. */
    @Override
    public String name() {
        return base.toString();
    }

    /** {@inheritDoc} The stream fails with {@link IOException} if the content cannot be read. */
    @Override
    public InputStream open(ObjectKey key) throws SpillwayException {
        return files.find(address(key)).orElseThrow(() -> WebFiles.refused(base + " has no " + key, null));
    }

    /** {@inheritDoc} Its length is -1 if the server does not report it. */
    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        return look(key).map(look -> new StoredObject(key, look.bytes(), null));
    }

    /** The metadata of a file; empty if it does not exist. */
    public Optional<PublicFiles.Look> look(ObjectKey key) throws SpillwayException {
        return files.look(address(key));
    }

    private URI address(ObjectKey key) {
        return base.resolve(key.value());
    }

    /** Refused: a web server does not list its files. */
    @Override
    public List<StoredObject> list(String prefix) throws SpillwayException {
        throw WebFiles.refused(base + " cannot be listed", null);
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
        return WebFiles.refused(base + " is read-only: cannot change " + key, null);
    }

    @Override
    public Optional<URI> publicAddress(ObjectKey key) {
        return Optional.of(address(key));
    }

    /** {@inheritDoc} A web folder stores nothing, so none of them applies. */
    @Override
    public Traits traits() {
        return TRAITS;
    }

    @Override
    public void close() {}
}
