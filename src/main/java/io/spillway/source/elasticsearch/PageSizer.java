package io.spillway.source.elasticsearch;

/**
 * Chooses the number of documents per page so that a response has about the wanted size: from a moving average of the
 * bytes per document, growing at most twofold from one page to the next, halved after a page that was too large.
 * Belongs to one slice's thread.
 */
final class PageSizer {
    /** Small enough for documents of 100 kB at the default page size; doubles within a few pages. */
    static final int FIRST_DOCUMENTS = 100;
    /** index.max_result_window's default, which also limits {@code size} with search_after. */
    static final int MAX_DOCUMENTS = 10_000;
    /** Weight of the newest page: one odd page among four does not swing the size. */
    private static final double NEWEST = 0.25;
    /** Pages after a halving until the size may double again. */
    private static final int SLOW_PAGES = 8;

    /** Pages differ a little in size. */
    private static final double MARGIN = 1.125;

    private final long targetBytes;
    private final int window;
    private int documents;
    private double bytesPerDocument;
    private int slowPages;

    PageSizer(long targetBytes, int window) {
        this.targetBytes = targetBytes;
        this.window = Math.min(window, MAX_DOCUMENTS);
        this.documents = Math.min(FIRST_DOCUMENTS, this.window);
    }

    /** Number of documents to request, 1 to the index's result window. */
    int documents() {
        return documents;
    }

    /** About how many bytes the next page will have, or a little more; 0 if unknown. */
    long expectedBytes() {
        return (long) (documents * bytesPerDocument * MARGIN);
    }

    /** Updates the average after a page. */
    void learn(int documentsInPage, int bytes) {
        if (documentsInPage == 0) {
            return;
        }
        double seen = (double) bytes / documentsInPage;
        bytesPerDocument = bytesPerDocument == 0 ? seen : bytesPerDocument * (1 - NEWEST) + seen * NEWEST;
        long wanted = Math.max(1, (long) (targetBytes / bytesPerDocument));
        long growth = slowPages > 0 ? documents + Math.max(1, documents / 8L) : documents * 2L;
        slowPages = Math.max(0, slowPages - 1);
        documents = (int) Math.min(Math.min(wanted, growth), window);
    }

    /**
     * Halves the size after a page that was too large for the server or for this process.
     *
     * @return whether a shorter page is possible; false at one document
     */
    boolean shorten() {
        if (documents == 1) {
            return false;
        }
        documents = Math.max(1, documents / 2);
        slowPages = SLOW_PAGES;
        return true;
    }
}
