package io.spillway.demo;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An unpacked server, with the names that its product uses: program, configuration file, variables, Java options.
 *
 * @param home       the folder that contains {@code bin}
 * @param openSearch whether it is OpenSearch, otherwise Elasticsearch
 * @param version    its version, or {@code 0} if the name of its folder has none
 */
record Distribution(Path home, boolean openSearch, Version version) {
    private static final Pattern NAME = Pattern.compile("(elasticsearch|opensearch)-(\\d[0-9A-Za-z.]*)");
    private static final int JAVA_17 = 17;
    private static final int JAVA_21 = 21;
    private static final int JAVA_23 = 23;

    /** The server in this folder. Its programs determine the product, the name of the folder its version. */
    static Distribution at(Path home) {
        Matcher name = NAME.matcher(String.valueOf(home.getFileName()));
        return new Distribution(
                home,
                Files.exists(home.resolve("bin/opensearch")),
                Version.parse(name.matches() ? name.group(2) : "0"));
    }

    /** Whether a folder is named like an unpacked server. */
    static boolean isNamedLikeOne(Path home) {
        return NAME.matcher(String.valueOf(home.getFileName())).matches();
    }

    /** The official name of the product. */
    String title() {
        return openSearch ? "OpenSearch" : "Elasticsearch";
    }

    /** The name of the server: {@code opensearch-2.19.4}. */
    String name() {
        return program() + "-" + version;
    }

    private String program() {
        return openSearch ? "opensearch" : "elasticsearch";
    }

    /** The program that starts it. */
    Path executable() {
        return home.resolve("bin").resolve(program());
    }

    /** The main file of its configuration folder. */
    String configurationFile() {
        return program() + ".yml";
    }

    /** The oldest feature version of Java that runs it. */
    int oldestJava() {
        return version.compareTo(Version.parse(openSearch ? "3" : "9")) >= 0 ? JAVA_21 : JAVA_17;
    }

    /** The newest feature version of Java that runs it: Java 24 removed the security manager, which older servers need. */
    int newestJava() {
        return version.compareTo(Version.parse(openSearch ? "3" : "8.18")) >= 0 ? Integer.MAX_VALUE : JAVA_23;
    }

    /** Settings that disable its login. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        if (Files.isDirectory(home.resolve("modules/x-pack-security"))) {
            settings.put("xpack.security.enabled", "false");
            if (version.compareTo(Version.parse("8")) >= 0) {
                settings.put("xpack.security.autoconfiguration.enabled", "false");
            }
        }
        return settings;
    }

    /** Variables of its environment; an empty value removes one. */
    Map<String, String> environment(Path javaHome, Path folder) {
        String prefix = openSearch ? "OPENSEARCH_" : "ES_";
        String temporary = folder.resolve("tmp").toString();
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(prefix + "JAVA_HOME", javaHome.toString());
        environment.put("JAVA_HOME", javaHome.toString());
        environment.put(prefix + "PATH_CONF", folder.resolve("config").toString());
        environment.put(prefix + "TMPDIR", temporary);
        environment.put("LIBFFI_TMPDIR", temporary);
        environment.put("HOME", folder.toString());
        environment.put("CLI_JAVA_OPTS", "-XX:TieredStopAtLevel=1"); // the launcher works for seconds only
        environment.put(prefix + "JAVA_OPTS", ""); // intended for another server
        return environment;
    }

    /**
     * The text of {@code jvm.options}. The defaults start twice as slowly: a parallel collector and the optimizing
     * compiler do not pay off within minutes. Options that OpenSearch requires are kept.
     */
    String javaOptions(int heapMebibytes) throws IOException {
        String own = """
                -Xms%1$dm
                -Xmx%1$dm
                -XX:+UseSerialGC
                -XX:TieredStopAtLevel=1
                -XX:-AlwaysPreTouch
                -XX:+ExitOnOutOfMemoryError
                -Djava.io.tmpdir=${%2$sTMPDIR}
                """.formatted(heapMebibytes, openSearch ? "OPENSEARCH_" : "ES_");
        if (!openSearch) {
            return own;
        }
        List<String> unwanted =
                List.of("-Xm", "GC", "Initiating", "-Xlog", "-Xloggc", "HeapDump", "ErrorFile", "tmpdir");
        try (Stream<String> lines = Files.lines(home.resolve("config/jvm.options"))) {
            List<String> needed = lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .filter(line -> unwanted.stream().noneMatch(line::contains))
                    .toList();
            return own + String.join("\n", needed) + "\n";
        }
    }
}
