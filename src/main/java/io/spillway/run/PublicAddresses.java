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
 * Asks the web for addresses as anybody does, without a login: each once, and a server that does not answer once only. A
 * page that asks for a login may answer with 200, but not with the length of the file. Belongs to one thread.
 */
final class PublicAddresses implements AddressCheck {
    private static final Logger LOG = LoggerFactory.getLogger(PublicAddresses.class);

    /** Whoever does not answer now will be asked after the next dump; nothing but links waits for it. */
    private static final WebPatience PATIENCE = new WebPatience(
            Duration.ofSeconds(5), Duration.ofSeconds(10), 2, 0, Duration.ofMillis(500), Duration.ofSeconds(1));

    private final Map<URI, WebFolder> folders = new HashMap<>();
    private final Map<URI, Boolean> known = new HashMap<>();
    private final Set<String> silent = new HashSet<>();

    @Override
    public boolean answers(URI address, long bytes) throws SpillwayException {
        Boolean asked = known.get(address);
        if (asked != null) {
            return asked;
        }
        boolean answers = !silent.contains(address.getRawAuthority()) && ask(address, bytes);
        known.put(address, answers);
        return answers;
    }

    private boolean ask(URI address, long bytes) throws SpillwayException {
        try {
            Optional<PublicFiles.Look> found = folder(address.resolve(".")).look(name(address));
            if (found.isEmpty()) {
                LOG.warn("not named in notices, there is nothing address={}", address);
            } else if (bytes != ANY_LENGTH && found.get().bytes() != bytes) {
                LOG.warn(
                        "not named in notices, it has another length address={} bytes={} expected={}",
                        address,
                        found.get().bytes(),
                        bytes);
            } else if (bytes != ANY_LENGTH && found.get().encoding() != null) {
                LOG.warn(
                        "not named in notices, clients unpack it and its checksum differs address={} content-encoding={}",
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
                silent.add(address.getRawAuthority());
            }
            LOG.warn("not named in notices address={} cause=\"{}\"", address, e.getMessage());
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
