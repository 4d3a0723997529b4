package io.spillway.source.repository;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads Lucene 10, and the readers of {@code source.repository.lucene} once more, so that they use it. Everything else comes from
 * the loader of this class. Lucene 10 needs Java 21; its classes are in a folder of the jar that no other loader looks into.
 */
final class NewerLucene extends ClassLoader {
    /** Lucene itself, its formats of older versions, and the names of the codecs of Elasticsearch. */
    private static final List<String> FOLDERS = List.of("lucene10/core/", "lucene10/codecs/", "lucene10/own/");

    private static final String OWN = "";
    private static final String LIBRARY = "org.apache.lucene.";
    private static final String READERS = NewerLucene.class.getPackageName() + ".lucene.";
    private static final String SERVICES = "META-INF/services/" + LIBRARY;

    NewerLucene() {
        super(NewerLucene.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(LIBRARY) && !name.startsWith(READERS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        for (String folder : name.startsWith(LIBRARY) ? FOLDERS : List.of(OWN)) {
            try (InputStream in = getParent().getResourceAsStream(folder + name.replace('.', '/') + ".class")) {
                if (in != null) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                }
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
        throw new ClassNotFoundException(name);
    }

    /** Lists of services name Lucene's own formats, of this version, and those of the readers. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        if (!name.startsWith(SERVICES)) {
            return super.getResources(name);
        }
        List<URL> found = new ArrayList<>();
        for (String folder : FOLDERS) {
            found.addAll(Collections.list(getParent().getResources(folder + name)));
        }
        return Collections.enumeration(found);
    }

    @Override
    public @Nullable URL getResource(String name) {
        return name.startsWith(SERVICES) ? null : super.getResource(name);
    }

    /** Whether this program comes with Lucene 10. */
    static boolean isPresent() {
        return FOLDERS.stream()
                .anyMatch(folder ->
                        NewerLucene.class.getClassLoader().getResource(folder + "org/apache/lucene/util/Version.class")
                                != null);
    }
}
