package io.spillway.notices.kit;

import java.util.List;
import java.util.Optional;

/**
 * Makes one server answer with the notices: files that an operator includes, and the server's own check of them.
 * Stateless.
 *
 * <p>All kits behave the same. JSON is sent unless {@code Accept} names HTML or plain text; plain text to curl and
 * Wget, which name nothing. The longest covered path that matches the request selects the dataset, {@code
 * Accept-Language} the language. Responses are not cacheable, and the status remains the refusal's even if files are
 * missing.
 */
public sealed interface ServerKit permits ApacheKit, CaddyKit, HaproxyKit, NginxKit, VarnishKit {
    /** All kits, by name. */
    static List<ServerKit> all() {
        return List.of(new ApacheKit(), new CaddyKit(), new HaproxyKit(), new NginxKit(), new VarnishKit());
    }

    /** The kit of a server, by its {@link #name()}. */
    static Optional<ServerKit> named(String name) {
        return all().stream().filter(kit -> kit.name().equals(name)).findFirst();
    }

    /** {@code nginx}: the name of the server and of the kit's folder. */
    String name();

    /** Whether the server fetches notices from another web server, so that {@link KitSite#fileServer()} is required. */
    default boolean needsFileServer() {
        return false;
    }

    /**
     * The files of the kit; the same for the same site.
     *
     * @param site throws {@link IllegalArgumentException} if it lacks the URL that the server needs
     */
    List<KitFile> files(KitSite site);

    /**
     * The replacement, for one version, of a file in the public folder in which kits were written before: it includes
     * the file from its new folder, or names it to the operator, and contains nothing else of the kit.
     */
    default String forward(KitSite site, KitFile file) {
        return "# Moved: %s\n%s\n"
                .formatted(site.kit(this).resolve(file.name()), inclusion(site.kit(this) + "/" + file.name()));
    }

    /** A line that includes a file. */
    String inclusion(String path);

    /** A whole configuration around the kit, for the server's check; the kit's folder is {@code site.kits()/name()}. */
    Trial trial(KitSite site);
}
