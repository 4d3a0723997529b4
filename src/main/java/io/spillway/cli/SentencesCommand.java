package io.spillway.cli;

import io.spillway.page.Sentences;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway sentences}: a file of sentences to translate. */
@Command(
        name = "sentences",
        mixinStandardHelpOptions = true,
        description = {
            "Prints all sentences of pages and notices, as a file to translate. Name the translated file",
            "in the section notices of a schedule; spillway check reports what is missing in it."
        })
final class SentencesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "LANGUAGE",
            defaultValue = "en",
            description = "en, de, fr or pt (default: ${DEFAULT-VALUE}).")
    private String language = "en";

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            out.print(HEAD);
            out.print(Sentences.file(language));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        out.flush();
        return 0;
    }

    private static final String HEAD = """
            # The sentences of Spillway's pages and notices. Translate the text after the first = of each line.
            #
            # Save the file as UTF-8 and name it in a schedule, with the code of its language:
            #   notices: {languages: [en, it], language-files: {it: it.properties}}
            # {0} and {1} are placeholders: keep those of each sentence. A number may select a form:
            #   {0,choice,0#{0} files|1#{0} file|1<{0} files}    0#: from 0 on, 1#: from 1 on, 1<: above 1
            # or use a form that fits every number:  Files: {0}
            # A "dump" is a dated set of files with a complete dataset. Do not translate names of files and formats.

            """;
}
