package io.spillway.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles a folder of docs/integrations, with the code it shares with others, for the class path of the tests. */
final class JavaExample {
    private JavaExample() {}

    /** Compiles with every warning as an error, and returns the command that starts the example. */
    static List<String> compile(String folder) throws IOException {
        Path classes = Files.createDirectories(Path.of("target", "integrations", folder));
        List<String> arguments = new ArrayList<>(
                List.of("--release", "17", "-Xlint:all,-processing,-classfile,-serial", "-Werror", "-proc:none", "-d"));
        arguments.add(classes.toString());
        for (String each : List.of("java", folder)) {
            try (Stream<Path> files = Files.list(Installed.EXAMPLES.resolve(each))) {
                files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
            }
        }
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments.toArray(String[]::new));
        assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes.toAbsolutePath() + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                "org.example.notices.Example");
    }
}
