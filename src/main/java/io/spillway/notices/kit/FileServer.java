package io.spillway.notices.kit;

import java.net.URI;

/**
 * The web server that serves the notices, in the parts that configurations need.
 *
 * @param host a name or an IPv4 address
 * @param port 1 to 65535
 * @param path of the folder of the notices, starting and ending with a slash
 */
record FileServer(String host, int port, String path) {
    /** Throws {@link IllegalArgumentException} with a message for people if the site has none. */
    static FileServer of(KitSite site, ServerKit kit) {
        URI address = site.fileServer();
        if (address == null) {
            throw new IllegalArgumentException(kit.name()
                    + " does not read files itself: it needs the URL of a web server that serves the folder"
                    + " of the notices");
        }
        return new FileServer(
                String.valueOf(address.getHost()), address.getPort() < 0 ? 80 : address.getPort(), address.getPath());
    }

    String authority() {
        return host + ":" + port;
    }
}
