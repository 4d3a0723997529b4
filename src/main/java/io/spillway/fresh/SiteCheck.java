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
 * Looks at a site as a reader's program does: follows the links, asks for every file, compares lengths, checksums and
 * dates. Finds all that is wrong, not only the first. Sends few requests at a time and belongs to one thread.
 */
public final class SiteCheck {
    private final PublicFiles web;
    private final Expectations expectations;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * A check; {@code web} stays the caller's.
     *
     * @param clock  what ages are counted with
     * @param random chooses the files that are read whole: others each time, so that in time all of them are
     */
    public SiteCheck(PublicFiles web, Expectations expectations, Clock clock, RandomGenerator random) {
        this.web = web;
        this.expectations = expectations;
        this.clock = clock;
        this.random = random;
    }

    /**
     * The latest dumps that an address names: of a site, of a dataset, of the page of either, or of {@code links.json} or
     * {@code latest.json} themselves.
     */
    public Pointer find(URI address) throws SpillwayException {
        return Pointer.find(web, address);
    }

    /**
     * Looks at the latest dump of one dataset. Where something is wrong and the pointer has moved meanwhile, looks at the
     * dump that it names now: the one before may have been taken away.
     *
     * @param pointer names the dataset
     * @throws SpillwayException    only as {@code CANCELLED}; everything else is a finding
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
            return Optional.empty(); // what was found first stands
        }
    }
}
