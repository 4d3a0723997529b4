package io.spillway.destination.s3;

import io.spillway.destination.s3.S3Options.Address;
import io.spillway.destination.s3.S3Options.Dialect;
import io.spillway.destination.s3.S3Options.Keeping;
import io.spillway.support.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Ceph's gateway for S3, from Debian's packages, with its minimal requirements: one monitor and one store in memory, as
 * child processes of this user on free ports of loopback, in a temporary folder. All tests of this JVM share one. It
 * ends with the JVM, however that ends. If it is not installed, tests are skipped visibly.
 *
 * <p>It knows several users, obeys bucket policies, and uses an older dialect than Amazon's.
 */
final class RadosGateway {
    /** Owns all buckets. */
    static final User OWNER = new User("owner", "AKIDOWNER", "ownersSecret0123456789");

    /** May do what a policy allows, and nothing else. */
    static final User PUBLISHER = new User("publisher", "AKIDPUBLISHER", "publishersSecret0123456789");

    /** The dialect that {@code check} recommends for it. */
    static final Dialect DIALECT = new Dialect(Checksums.MD5, true, S3Options.Proof.AUTO);

    /** A storage class besides {@code STANDARD}. */
    static final String COLD = "COLD";

    /** The one key of its stand-in for a KMS. */
    static final String KMS_KEY = "testkey-1";

    /** The domain of bucket names that are part of the host name. */
    static final String DOMAIN = "store.test";

    private static final List<String> PROGRAMS =
            List.of("ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool", "radosgw", "radosgw-admin");

    /**
     * Ends the server when our end of the pipe on standard input is closed, which the kernel does however this process
     * dies.
     */
    private static final String LIFE_LINE = """
            folder=$1
            log=$2
            shift 2
            exec 3<&0 </dev/null
            "$@" >>"$log" 2>&1 3<&- &
            server=$!
            read -r word <&3
            kill -KILL $server 2>/dev/null
            wait $server 2>/dev/null
            rm -rf "$folder"
            """;

    private static final long START_SECONDS = 90;

    private final Path folder;
    private final int port = FreePorts.next();
    private final List<Process> servers = new ArrayList<>();
    private final AtomicInteger buckets = new AtomicInteger();

    /**
     * The sender of requests.
     *
     * @param name as used in a policy
     */
    record User(String name, String accessKey, String secretKey) {}

    private static final class Shared {
        private static final RadosGateway GATEWAY = started();
    }

    private RadosGateway(Path folder) {
        this.folder = folder;
    }

    /** The gateway of this JVM, started by the first caller. Skips the test if the programs are not installed. */
    static RadosGateway shared() {
        for (String program : PROGRAMS) {
            Assumptions.assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", program)),
                    "no Ceph gateway: install Debian's radosgw, ceph-mon and ceph-osd");
        }
        return Shared.GATEWAY;
    }

    private static RadosGateway started() {
        try {
            RadosGateway gateway = new RadosGateway(Files.createTempDirectory("spillway-rgw"));
            gateway.start();
            return gateway;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void start() throws IOException, InterruptedException {
        String fsid = UUID.randomUUID().toString();
        String osd = UUID.randomUUID().toString();
        int monitor = FreePorts.next();
        configure(fsid, monitor);
        tool("ceph-authtool", "--create-keyring", "keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        List<String> all = new ArrayList<>(List.of("ceph-authtool", "keyring", "--gen-key", "-n", "client.admin"));
        for (String server : List.of("mon", "osd", "mgr")) {
            all.addAll(List.of("--cap", server, "allow *"));
        }
        tool(all.toArray(String[]::new));
        tool("monmaptool", "--create", "--fsid", fsid, "--addv", "a", "[v2:127.0.0.1:%d]".formatted(monitor), "monmap");
        Files.createDirectory(folder.resolve("mon"));
        tool("ceph-mon", "-c", "ceph.conf", "-i", "a", "--mkfs", "--monmap", "monmap", "--keyring", "keyring");
        serve("mon", "ceph-mon", "-c", "ceph.conf", "-i", "a", "-f");

        String secret = tool("ceph-authtool", "--gen-print-key").strip();
        Files.writeString(folder.resolve("osd.json"), "{\"cephx_secret\": \"" + secret + "\"}");
        tool("ceph", "-c", "ceph.conf", "osd", "new", osd, "-i", "osd.json");
        Files.createDirectory(folder.resolve("osd"));
        tool("ceph-authtool", "keyring", "-n", "osd.0", "--add-key", secret);
        tool("ceph-osd", "-c", "ceph.conf", "-i", "0", "--mkfs", "--osd-uuid", osd);
        serve("osd", "ceph-osd", "-c", "ceph.conf", "-i", "0", "-f");

        // The first command also creates the zone.
        for (User user : List.of(OWNER, PUBLISHER)) {
            admin("user create --uid=%s --display-name=%s --access-key=%s --secret-key=%s"
                    .formatted(user.name(), user.name(), user.accessKey(), user.secretKey()));
        }
        admin("zonegroup placement add --rgw-zonegroup default --placement-id default-placement --storage-class "
                + COLD);
        admin("zone placement add --rgw-zone default --placement-id default-placement --storage-class " + COLD
                + " --data-pool default.rgw.cold.data");
        serve("rgw", "radosgw", "-c", "ceph.conf", "-n", "client.admin", "-f");
        awaitPort();
    }

    private void configure(String fsid, int monitor) throws IOException {
        Files.writeString(folder.resolve("ceph.conf"), """
                [global]
                fsid = %s
                mon_host = [v2:127.0.0.1:%d]
                public_network = 127.0.0.0/8
                keyring = %3$s/keyring
                run_dir = %3$s
                admin_socket =
                pid_file =
                log_file =
                log_to_stderr = true
                crash_dir = %3$s/crash
                mon_data = %3$s/mon
                osd_data = %3$s/osd
                osd_objectstore = memstore
                memstore_device_bytes = 2147483648
                osd_pool_default_size = 1
                osd_pool_default_min_size = 1
                osd_pool_default_pg_num = 1
                osd_pool_default_pg_autoscale_mode = off
                osd_crush_chooseleaf_type = 0
                mon_allow_pool_size_one = true
                mon_data_avail_crit = 0
                mon_data_avail_warn = 0
                osd_class_update_on_start = false
                rgw_frontends = beast endpoint=127.0.0.1:%4$d
                rgw_dns_name = %5$s
                rgw_thread_pool_size = 16
                rgw_crypt_require_ssl = false
                rgw_crypt_s3_kms_backend = testing
                rgw_crypt_s3_kms_encryption_keys = %6$s=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
                """.formatted(fsid, monitor, folder, port, DOMAIN, KMS_KEY));
    }

    /** Runs one of its programs to its end; returns its output. */
    private String tool(String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path log = folder.resolve("said");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(log.toFile())
                .start();
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + Files.readString(log));
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    private void admin(String arguments) throws IOException, InterruptedException {
        tool(("radosgw-admin -c ceph.conf " + arguments).split(" "));
    }

    private void serve(String name, String... command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("/bin/sh", "-c", LIFE_LINE, "sh", folder.toString()));
        whole.add(folder.resolve(name + ".log").toString());
        whole.addAll(List.of(command));
        servers.add(new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private void awaitPort() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        throw new IOException("the gateway did not start: " + Files.readString(folder.resolve("rgw.log")));
    }

    /** Its URL. */
    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** A new empty bucket of {@link #OWNER}. */
    String newBucket() {
        String name = "bucket-" + buckets.incrementAndGet();
        try (S3Client client = client()) {
            client.createBucket(request -> request.bucket(name));
        }
        return name;
    }

    /** The SDK's own client with the owner's keys; the caller closes it. */
    S3Client client() {
        return S3Server.client(endpoint(), OWNER.accessKey(), OWNER.secretKey());
    }

    /** Below the prefix {@code public/} of a bucket, with small pieces and few retries. */
    S3Options options(URI endpoint, String bucket, User user, Dialect dialect, Keeping keeping) {
        S3Options usual = S3Server.options(endpoint, dialect);
        return new S3Options(
                new Address(bucket, "public/", null, endpoint, true, null),
                S3Server.keys(user.accessKey(), user.secretKey()),
                dialect,
                keeping,
                usual.sending(),
                usual.patience());
    }
}
