package io.spillway.destination.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** A bucket whose region neither the options nor the machine name. */
class S3RegionTest {
    @TempDir
    private Path folder;

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void aMissingRegionIsNamedWithoutClassesOfTheSdk() throws Exception {
        assumeTrue(System.getenv("AWS_REGION") == null, "AWS_REGION is set");
        S3Options options = S3Server.options(URI.create("http://127.0.0.1:9"), Dialect.AMAZON);
        Address there = options.address();
        S3Options nowhere = new S3Options(
                new Address(there.bucket(), there.prefix(), null, null, false, null),
                options.credentials(),
                options.dialect(),
                options.keeping(),
                options.sending(),
                options.patience());
        String empty = Files.createFile(folder.resolve("empty")).toString();
        Map<String, String> before = new TreeMap<>();
        Map.of("aws.disableEc2Metadata", "true", "aws.configFile", empty, "aws.sharedCredentialsFile", empty)
                .forEach((key, value) -> before.put(key, String.valueOf(System.setProperty(key, value))));
        try {
            SpillwayException e = catchThrowableOfType(SpillwayException.class, () -> S3Connection.open(nowhere));
            assertThat(e.fault()).isEqualTo(Fault.CONFIG);
            assertThat(e)
                    .hasMessage("invalid configuration of destination s3://dumps: no region is set, nor found in"
                            + " AWS_REGION, a profile or the instance");
            assertThat(e.hint()).contains("--region", "--endpoint");
        } finally {
            before.forEach((key, value) -> {
                if (value.equals("null")) {
                    System.clearProperty(key);
                } else {
                    System.setProperty(key, value);
                }
            });
        }
    }
}
