package io.spillway.notices.kit;

import java.util.List;
import java.util.Optional;

/**
 * How one server answers with the notices: files that an operator includes, and that server's own check of them. Without
 * state.
 *
 * <p>All of them keep the same promises. JSON is sent unless {@code Accept} names HTML or plain text; plain text to curl
 * and Wget, which name nothing. The longest covered path that the request's begins with chooses the dataset, {@code
 * Accept-Language} the language. No answer may be stored, and whatever happens to the files, the status stays the refusal's.
 */
public sealed interface ServerKit permits ApacheKit, CaddyKit, HaproxyKit, NginxKit, VarnishKit {
    /** Every kit there is, in the order of their names. */
    static List<ServerKit> all() {
        return List.of(new ApacheKit(), new CaddyKit(), new HaproxyKit(), new NginxKit(), new VarnishKit());
    }

    /** The kit of a server, by its {@link #name()}. */
    static Optional<ServerKit> named(String name) {
        return all().stream().filter(kit -> kit.name().equals(name)).findFirst();
    }

    /** {@code nginx}: what the server is called, and the name of the kit's folder. */
    String name();

    /** Whether the server takes notices from another web server, so that {@link KitSite#fileServer()} has to be there. */
    default boolean needsFileServer() {
        return false;
    }

    /**
     * The files of the kit; the same for the same site.
     *
     * @param site fails with {@link IllegalArgumentException} where it lacks the address that the server needs
     */
    List<KitFile> files(KitSite site);

    /**
     * What is left for one version in the public folder in which kits were written before: it includes the file from where
     * that is now, or tells its server's operator where it is; nothing else of the kit is in it.
     */
    default String forward(KitSite site, KitFile file) {
        return "# Moved: %s\n%s\n"
                .formatted(site.kit(this).resolve(file.name()), inclusion(site.kit(this) + "/" + file.name()));
    }

    /** A line that includes a file. */
    String inclusion(String path);

    /** A whole configuration around the kit, for the server's check; its folder is {@code site.kits()/name()}. */
    Trial trial(KitSite site);
}
