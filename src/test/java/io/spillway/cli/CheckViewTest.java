package io.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.verify.CheckProgress;
import org.junit.jupiter.api.Test;

class CheckViewTest {
    private final CheckView view = new CheckView(new CheckProgress());

    @Test
    void beforeTheManifestIsReadNoTotalsAreShown() {
        assertThat(view.line(1, share -> "[bar]")).isEqualTo("verify waiting for the manifest");
        assertThat(view.members(1)).containsEntry("expected", null).containsEntry("bytes", 0L);
    }
}
