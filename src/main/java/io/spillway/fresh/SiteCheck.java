package io.spillway.fresh;

import io.spillway.catalog.Listing;
import io.spillway.destination.PublicFiles;
import io.spillway.fault.Fault;
import io.spillway.fault.SpillwayException;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Checks a site as a reader's program uses it: follows the links, requests every file, compares lengths, checksums and
 * dates. Reports all problems, not only the first. Sends few concurrent requests. For use by one thread.
 */
public final class SiteCheck {
    private final PublicFiles web;
    private final Expectations expectations;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * Creates a check; the caller closes {@code web}.
     *
     * @param clock  used for ages
     * @param random selects the files to download: different ones each time, so that eventually all are checked
     */
    public SiteCheck(PublicFiles web, Expectations expectations, Clock clock, RandomGenerator random) {
        this.web = web;
        this.expectations = expectations;
        this.clock = clock;
        this.random = random;
    }

    /**
     * The latest dumps that a URL names: of a site, of a dataset, of the page of either, or of {@code links.json} or
     * {@code latest.json} themselves.
     */
    public Pointer find(URI address) throws SpillwayException {
        return Pointer.find(web, address);
    }

    /**
     * Checks the latest dump of one dataset. If there is a problem and the pointer has moved meanwhile, checks the dump
     * that it names now: the previous one may have been removed.
     *
     * @param pointer names the dataset
     * @throws SpillwayException    only {@code CANCELLED}; everything else is a finding
     * @throws InterruptedException the calling thread was interrupted
     */
    public Freshness check(Pointer pointer, Listing listing) throws SpillwayException, InterruptedException {
        Freshness found = look(pointer, listing);
        if (found.worst().isEmpty() || found.worst().get() == Fault.STALE) {
            return found;
        }
        Optional<Listing> now = movedTo(pointer, listing);
        return now.isPresent() ? look(pointer, now.get()) : found;
    }

    private Freshness look(Pointer pointer, Listing listing) throws SpillwayException, InterruptedException {
        return new DatasetCheck(web, pointer, listing, expectations, clock).run(random);
    }

    private Optional<Listing> movedTo(Pointer pointer, Listing before) throws SpillwayException {
        try {
            List<Listing> datasets = pointer.again(web).datasets();
            return datasets.stream()
                    .filter(each -> each.dataset().equals(before.dataset())
                            && !each.dump().equals(before.dump()))
                    .findFirst();
        } catch (SpillwayException e) {
            if (e.fault() == Fault.CANCELLED) {
                throw e;
            }
            return Optional.empty(); // keep the first result
        }
    }
}
