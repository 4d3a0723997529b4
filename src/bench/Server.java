import io.spillway.demo.ElasticsearchServer;
import java.nio.file.Path;

/**
 * The real server for a benchmark: {@code java -cp spillway.jar Server.java HOME HEAP_MIB SNAPSHOTS}, where SNAPSHOTS is the
 * folder for snapshot repositories. Ends when its input does.
 */
final class Server {
    public static void main(String[] args) throws Exception {
        try (ElasticsearchServer server = ElasticsearchServer.builder(Path.of(args[0]))
                .heapMebibytes(Integer.parseInt(args[1]))
                .setting("path.repo", args[2])
                .start()) {
            System.out.println(server.url());
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }
}
