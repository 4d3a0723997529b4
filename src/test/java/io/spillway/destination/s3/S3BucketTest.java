package io.spillway.destination.s3;

import io.spillway.destination.Destination;
import io.spillway.destination.DestinationContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@Tag("slow")
class S3BucketTest implements DestinationContract {
    private S3Server server;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.inMemory();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Override
    public Destination create() throws Exception {
        return S3Bucket.open(server.options());
    }
}
