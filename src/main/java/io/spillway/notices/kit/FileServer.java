package io.spillway.notices.kit;

import java.net.URI;

/**
 * The web server that has the notices, in the parts that configurations name.
 *
 * @param host a name or an IPv4 address
 * @param port 1 to 65535
 * @param path of the folder of the notices, beginning and ending with a slash
 */
record FileServer(String host, int port, String path) {
    /** Fails with {@link IllegalArgumentException}, fit for people, where the site has none. */
    static FileServer of(KitSite site, ServerKit kit) {
        URI address = site.fileServer();
        if (address == null) {
            throw new IllegalArgumentException(kit.name() + " reads no files by itself: it needs the address of a web "
                    + "server that has the folder of the notices");
        }
        return new FileServer(
                String.valueOf(address.getHost()), address.getPort() < 0 ? 80 : address.getPort(), address.getPath());
    }

    String authority() {
        return host + ":" + port;
    }
}
