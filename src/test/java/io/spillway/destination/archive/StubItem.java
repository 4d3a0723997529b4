package io.spillway.destination.archive;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An item of {@link StubArchive}, which guards it with its lock while the server runs. */
final class StubItem {
    final Map<String, List<String>> metadata;
    final Map<String, File> files = new TreeMap<>();
    private final Map<String, Integer> going = new HashMap<>();
    volatile boolean dark;
    volatile boolean failedTask;
    /** Whether the item's record reports this, although every file is visible. */
    volatile boolean busy;

    private StubItem(Map<String, List<String>> metadata) {
        this.metadata = metadata;
    }

    static StubItem of(Map<String, List<String>> metadata) {
        return new StubItem(metadata);
    }

    void add(String name, File file) {
        going.remove(name);
        files.put(name, file);
    }

    void goAfter(String name, int reads) {
        going.put(name, reads);
        removeGone();
    }

    /** Reads the record: pending files come one step closer, unless their task has failed. */
    void read() {
        if (!failedTask) {
            files.values().forEach(file -> file.readsUntilShown--);
            going.replaceAll((name, reads) -> reads - 1);
            removeGone();
        }
    }

    private void removeGone() {
        going.entrySet().removeIf(entry -> {
            if (entry.getValue() <= 0) {
                files.remove(entry.getKey());
            }
            return entry.getValue() <= 0;
        });
    }

    /** An item that a first upload creates does not exist until that upload is processed. */
    boolean isMade() {
        return files.isEmpty() || files.values().stream().anyMatch(File::shows);
    }

    boolean isBusy() {
        return busy
                || failedTask
                || !going.isEmpty()
                || !files.values().stream().allMatch(File::shows);
    }

    /** A file of the item. A test may change its entry in the record. */
    static final class File {
        final byte[] bytes;
        String md5;
        final String sha1;
        /** The metadata set by the uploader. */
        final Map<String, String> metadata = new TreeMap<>();

        int readsUntilShown;

        File(byte[] bytes, String md5, String sha1, int readsUntilShown) {
            this.bytes = bytes;
            this.md5 = md5;
            this.sha1 = sha1;
            this.readsUntilShown = readsUntilShown;
        }

        boolean shows() {
            return readsUntilShown <= 0;
        }
    }
}
