package io.spillway.run;

import io.spillway.destination.ObjectKey;
import io.spillway.destination.PublicFiles;
import io.spillway.destination.web.WebFolder;
import io.spillway.destination.web.WebPatience;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import io.spillway.notices.AddressCheck;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests URLs without a login, as any reader does. Each URL is requested once, and a server that does not answer is
 * not asked again. A page that asks for a login may answer with 200, but not with the length of the file. For use by
 * one thread.
 */
final class PublicAddresses implements AddressCheck {
    private static final Logger LOG = LoggerFactory.getLogger(PublicAddresses.class);

    /** A URL that does not answer is checked again after the next dump; only its link depends on it. */
    private static final WebPatience PATIENCE = new WebPatience(
            Duration.ofSeconds(5), Duration.ofSeconds(10), 2, 0, Duration.ofMillis(500), Duration.ofSeconds(1));

    private final Map<URI, WebFolder> folders = new HashMap<>();
    private final Map<URI, Boolean> known = new HashMap<>();
    private final Set<String> unreachable = new HashSet<>();

    @Override
    public boolean answers(URI address, long bytes) throws SpillwayException {
        Boolean asked = known.get(address);
        if (asked != null) {
            return asked;
        }
        boolean answers = !unreachable.contains(address.getRawAuthority()) && ask(address, bytes);
        known.put(address, answers);
        return answers;
    }

    private boolean ask(URI address, long bytes) throws SpillwayException {
        try {
            Optional<PublicFiles.Look> found = folder(address.resolve(".")).look(name(address));
            if (found.isEmpty()) {
                LOG.warn("URL omitted from notices: not found address={}", address);
            } else if (bytes != ANY_LENGTH && found.get().bytes() != bytes) {
                LOG.warn(
                        "URL omitted from notices: unexpected length address={} bytes={} expected={}",
                        address,
                        found.get().bytes(),
                        bytes);
            } else if (bytes != ANY_LENGTH && found.get().encoding() != null) {
                LOG.warn(
                        "URL omitted from notices: sent with a content encoding, so clients see another checksum"
                                + " address={} content-encoding={}",
                        address,
                        found.get().encoding());
            } else {
                return true;
            }
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw e;
            }
            if (e.fault() == Fault.DESTINATION_UNAVAILABLE) {
                unreachable.add(address.getRawAuthority());
            }
            LOG.warn("URL omitted from notices: request failed address={} cause=\"{}\"", address, e.getMessage());
        }
        return false;
    }

    private WebFolder folder(URI address) throws SpillwayException {
        WebFolder folder = folders.get(address);
        if (folder == null) {
            folder = WebFolder.open(address, PATIENCE);
            folders.put(address, folder);
        }
        return folder;
    }

    private static ObjectKey name(URI address) {
        String path = address.getRawPath();
        return new ObjectKey(path.substring(path.lastIndexOf('/') + 1));
    }
}
