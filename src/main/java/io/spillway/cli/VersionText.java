package io.spillway.cli;

import io.spillway.run.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"spillway " + Version.current()};
    }
}
