package io.spillway.run;

import io.spillway.destination.PublicFiles;
import io.spillway.destination.web.WebFiles;
import io.spillway.destination.web.WebPatience;
import io.spillway.fresh.Expectations;
import io.spillway.fresh.InTime;
import io.spillway.fresh.SiteCheck;
import java.time.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Checks of sites as their readers see them, over HTTP. */
public final class PublicSites {
    /** A monitor repeats its checks anyway: two more attempts, within some seconds. */
    private static final WebPatience PATIENCE = new WebPatience(
            Duration.ofSeconds(10), Duration.ofSeconds(30), 3, 100, Duration.ofSeconds(1), Duration.ofSeconds(5));

    private PublicSites() {}

    /**
     * A check of a site.
     *
     * @param limit after which the check ends as unavailable, or null for none
     */
    public static SiteCheck check(Expectations expectations, Clock clock, @Nullable Duration limit) {
        PublicFiles web = new WebFiles(PATIENCE);
        return new SiteCheck(
                limit == null ? web : new InTime(web, clock, limit), expectations, clock, new SplittableRandom());
    }
}
