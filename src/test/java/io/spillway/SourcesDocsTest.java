package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page on servers. */
class SourcesDocsTest {
    private static final Path PAGE = Path.of("docs", "sources.md");

    @Test
    void thePageListsEachTestOfTheContractAndTheServersOnWhichItRan() throws Exception {
        String page = Files.readString(PAGE);

        assertThat(page)
                .as("write the table with: mvn verify -Dit.test=ServersIT -Ddocs.update")
                .isEqualTo(ContractTable.withTable(page, ContractTable.table(page)));
        assertThat(page).doesNotContain("| - |");
    }
}
