package io.spillway.fault;

import static io.spillway.fault.Fault.Retry.BACKOFF;
import static io.spillway.fault.Fault.Retry.NEVER;
import static io.spillway.fault.Fault.Retry.NEW_RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.fault.Fault.Retry;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultTest {

    /** The promise to everyone who reads an exit code: a number never gets another meaning. */
    @Test
    void exitCodesAreThePromisedOnes() {
        Map<String, Integer> promised = new LinkedHashMap<>();
        promised.put("CONFIG", 3);
        promised.put("SOURCE_UNAVAILABLE", 10);
        promised.put("SNAPSHOT_LOST", 11);
        promised.put("SOURCE_REFUSED", 12);
        promised.put("DESTINATION_UNAVAILABLE", 20);
        promised.put("DESTINATION_REFUSED", 21);
        promised.put("INTEGRITY", 30);
        promised.put("GATE", 31);
        promised.put("FIELD_POLICY", 32);
        promised.put("ALREADY_RUNNING", 40);
        promised.put("STALE", 41);
        promised.put("STATE_UNAVAILABLE", 50);
        promised.put("CANCELLED", 130);
        Map<String, Integer> found = new LinkedHashMap<>();
        Arrays.stream(Fault.values()).forEach(fault -> found.put(fault.name(), fault.exitCode()));
        assertThat(found).isEqualTo(promised);
    }

    @Test
    void onlyTransientFaultsAreRetried() {
        Map<Fault, Retry> retries = new LinkedHashMap<>();
        for (Fault fault : Fault.values()) {
            if (fault.retry() != NEVER) {
                retries.put(fault, fault.retry());
            }
        }
        assertThat(retries)
                .isEqualTo(Map.of(
                        Fault.SOURCE_UNAVAILABLE, BACKOFF,
                        Fault.DESTINATION_UNAVAILABLE, BACKOFF,
                        Fault.STATE_UNAVAILABLE, BACKOFF,
                        Fault.SNAPSHOT_LOST, NEW_RUN,
                        Fault.INTEGRITY, NEW_RUN));
    }

    @Test
    void everyExitCodeIsUniqueAndNotUsedByTheShell() {
        assertThat(Arrays.stream(Fault.values()).map(Fault::exitCode))
                .doesNotHaveDuplicates()
                .allMatch(code -> code >= 3 && code <= 130)
                .doesNotContain(126, 127, 128);
    }

    @ParameterizedTest
    @EnumSource
    void aMeaningIsOneLineWithoutAFullStop(Fault fault) {
        assertThat(fault.meaning()).matches("[a-z][^\\n]*[^.\\n]");
    }
}
