package io.spillway.destination.s3;

import io.spillway.destination.Destination;
import io.spillway.destination.DestinationContract;
import io.spillway.destination.s3.S3Options.Keeping;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Ceph keeps the same promises with the dialect that {@code check} recommends. */
@Timeout(180)
@Tag("slow")
class RadosGatewayTest implements DestinationContract {

    @Override
    public Destination create() throws Exception {
        RadosGateway gateway = RadosGateway.shared();
        return S3Bucket.open(gateway.options(
                gateway.endpoint(), gateway.newBucket(), RadosGateway.OWNER, RadosGateway.DIALECT, Keeping.DEFAULT));
    }
}
