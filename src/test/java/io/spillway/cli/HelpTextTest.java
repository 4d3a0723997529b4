package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The help of every command, in terminals of several widths. */
class HelpTextTest {
    private static final int NARROW = 70;
    private static final int UNLIMITED = 5_000;
    /** Where the texts of options begin. */
    private static final int COLUMN = 29;

    private static void collect(CommandLine command, List<CommandLine> all) {
        all.add(command);
        command.getSubcommands().values().forEach(each -> collect(each, all));
    }

    private static List<CommandLine> commands() {
        List<CommandLine> all = new ArrayList<>();
        collect(Main.commandLine(), all);
        return all;
    }

    /** URLs, names of options and files, references to secrets, and all other words. */
    private static Set<String> words(String help) {
        return Stream.of(help.trim().split("\\s+", -1)).collect(Collectors.toSet());
    }

    @Test
    void theNextLineOfAnOptionBeginsBelowItsText() {
        assertThat(HelpText.wrapped("      --to=DEST     Destination: a directory, s3://BUCKET/PREFIX", 50))
                .isEqualTo("""
                              --to=DEST     Destination: a directory,
                                            s3://BUCKET/PREFIX
                        """);
    }

    @Test
    void anOptionThatFillsItsColumnHasTheSameText() {
        assertThat(HelpText.wrapped("      --alert-webhook=SECRET URL to post alerts to as JSON", 53))
                .isEqualTo("""
                      --alert-webhook=SECRET URL to post alerts to as
                                             JSON
                """);
    }

    private static String lastWord(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    @Test
    void theNextLineOfTheUsageBeginsBelowTheFirstOption() {
        assertThat(HelpText.wrapped("Usage: spillway export [-hV] [--columns=FIELD[,FIELD...]]...", 50))
                .isEqualTo("""
                Usage: spillway export [-hV]
                                       [--columns=FIELD[,FIELD...]]...
                """);
    }

    @Test
    void coloursTakeNoColumns() {
        String bold = "\u001B[1m--to\u001B[21m\u001B[0m  a b c";
        assertThat(HelpText.wrapped(bold, 11)).isEqualTo(bold + "\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {NARROW, 71, 72, 79, 80, 81, 90, 100, 132, 200})
    void noWordIsBrokenAndNoLineIsTooLong(int width) {
        for (CommandLine command : commands()) {
            String name = command.getCommandSpec().qualifiedName();
            String help = HelpText.wrapped(command.setUsageHelpWidth(UNLIMITED).getUsageMessage(Ansi.OFF), width);
            assertThat(words(help))
                    .as("%s at %d columns%n%s", name, width, help)
                    .containsAll(words(command.getUsageMessage(Ansi.OFF)));
            assertThat(help.lines())
                    .as("%s at %d columns", name, width)
                    .allMatch(line -> line.length() <= width || lastWord(line).length() > width - COLUMN);
        }
    }
}
