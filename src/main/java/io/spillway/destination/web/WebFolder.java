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
 * What a web server shows below an address, as anybody sees it: objects can be found and read, and nothing else. A key
 * is the rest of a file's address. What is there besides the names that one knows, the web does not tell: {@link #list}
 * is refused and {@link #namesBelow} empty.
 *
 * <p>Asks with the patience of {@link WebFiles}.
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
        return new WebFolder(base, new WebFiles(patience));
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
        return files.find(address(key)).orElseThrow(() -> WebFiles.refused(base + " has no " + key, null));
    }

    /** {@inheritDoc} Its length is -1 where the server does not tell it. */
    @Override
    public Optional<StoredObject> find(ObjectKey key) throws SpillwayException {
        return look(key).map(look -> new StoredObject(key, look.bytes(), null));
    }

    /** What the server tells of a file without sending it; empty where there is none. */
    public Optional<PublicFiles.Look> look(ObjectKey key) throws SpillwayException {
        return files.look(address(key));
    }

    private URI address(ObjectKey key) {
        return base.resolve(key.value());
    }

    @Override
    public Optional<List<String>> namesBelow(String folder) {
        return Optional.empty();
    }

    /** Refused: a web server does not list what it has. */
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
        return WebFiles.refused(base + " is only read: nothing is done to " + key, null);
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
