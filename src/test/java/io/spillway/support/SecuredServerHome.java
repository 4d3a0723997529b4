package io.spillway.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * A copy of the unpacked server with one additional plugin: {@code SecurityIndexAnalysis}, compiled here against it.
 */
final class SecuredServerHome implements AutoCloseable {
    private static final String PLUGIN = "SecurityIndexAnalysis";
    private static final Pattern VERSION = Pattern.compile("elasticsearch-(\\d+\\.\\d+\\.\\d+)\\.jar");

    private final Path folder;

    private SecuredServerHome(Path folder) {
        this.folder = folder;
    }

    /** A copy of the server in {@code original}, made of links if the file system supports them. */
    static SecuredServerHome of(Path original) throws IOException {
        // Accessible to every user: a server started by root runs as another user.
        Path folder = Files.createTempDirectory("spillway-secured-");
        SecuredServerHome home = new SecuredServerHome(folder);
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            copy(original.toRealPath(), folder);
            home.addPlugin();
            return home;
        } catch (IOException | RuntimeException e) {
            home.close();
            throw e;
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }

    private void addPlugin() throws IOException {
        String version = version();
        Path plugin = Files.createDirectories(folder.resolve("plugins/security-index-analysis"));
        Files.writeString(plugin.resolve("plugin-descriptor.properties"), """
                description=What the index of API keys needs
                version=1
                name=security-index-analysis
                classname=io.spillway.support.%s
                java.version=17
                elasticsearch.version=%s
                """.formatted(PLUGIN, version));
        Path work = Files.createTempDirectory("spillway-plugin-");
        try {
            compile(work);
            try (JarOutputStream jar =
                            new JarOutputStream(Files.newOutputStream(plugin.resolve("security-index-analysis.jar")));
                    Stream<Path> classes = Files.walk(work)) {
                for (Path file :
                        (Iterable<Path>) classes.filter(path -> path.toString().endsWith(".class"))::iterator) {
                    jar.putNextEntry(new JarEntry(work.relativize(file).toString()));
                    Files.copy(file, jar);
                }
            }
        } finally {
            new SecuredServerHome(work).close();
        }
    }

    private void compile(Path work) throws IOException {
        Path source = work.resolve(PLUGIN + ".java");
        try (InputStream text = SecuredServerHome.class.getResourceAsStream(PLUGIN + ".java.txt")) {
            Files.copy(text, source);
        }
        String libraries = jars().stream().map(Path::toString).collect(Collectors.joining(":"));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-proc:none",
                        "-cp",
                        libraries,
                        "-d",
                        work.toString(),
                        source.toString());
        if (failed != 0) {
            throw new IOException("the plugin does not compile against " + folder);
        }
    }

    private String version() throws IOException {
        return jars().stream()
                .map(jar -> VERSION.matcher(jar.getFileName().toString()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(() -> new IOException("no version in " + folder.resolve("lib")));
    }

    private List<Path> jars() throws IOException {
        try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
            return jars.filter(path -> path.toString().endsWith(".jar")).toList();
        }
    }

    private static void copy(Path original, Path folder) throws IOException {
        Files.walkFileTree(original, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes) throws IOException {
                Path to = folder.resolve(original.relativize(from).toString());
                Files.createDirectories(to);
                Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path from, BasicFileAttributes attributes) throws IOException {
                Path to = folder.resolve(original.relativize(from).toString());
                try {
                    Files.createLink(to, from);
                } catch (IOException | UnsupportedOperationException otherFileSystem) {
                    Files.copy(from, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
