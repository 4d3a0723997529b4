package io.spillway.pipeline;

import io.spillway.fault.SpillwayException;
import io.spillway.manifest.Part;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the parts of one dump wait, unseen, as soon as each is complete, so that the disk holds only the parts that are being
 * written. One process may send parts and another one commit them. Thread-safe.
 */
public interface PartStore extends AutoCloseable {

    /**
     * Stores a complete and verified part. The caller may delete the file afterwards.
     *
     * @param file the part, under its final name
     * @return a text of one line that states where its bytes wait: with it, any process can commit or abandon them
     */
    String send(Path file, Part part) throws SpillwayException;

    /**
     * Makes this object responsible for parts that another process has sent: unless {@link #keep()} is called, {@link #close()}
     * removes them, too.
     *
     * @param sent their texts; those of parts that are gone do no harm
     */
    void adopt(List<String> sent);

    /**
     * Gives exactly these parts their final names, checks each, and ends every other upload of the dump. Call it after the
     * gate; the dump exists only when its manifest does. Nothing names the files of the parts before that.
     *
     * @param sent the texts of all parts of the dump, each once
     * @throws SpillwayException a part could not be committed; {@link #close()} removes those that were
     */
    void commit(List<String> sent) throws SpillwayException;

    /** Keeps what was committed: the dump is public. */
    void keep();

    /**
     * Unless {@link #keep()} was called, removes what this object has sent, adopted or committed. Logs what it cannot remove,
     * which the next run does. Works in an interrupted thread, whose flag is preserved.
     */
    @Override
    void close();
}
