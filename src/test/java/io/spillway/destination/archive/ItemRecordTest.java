package io.spillway.destination.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.spillway.destination.archive.ItemRecord.Entry;
import io.spillway.destination.archive.ItemRecord.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ItemRecordTest {

    @Test
    void anEmptyObjectIsNotAnItem() throws Exception {
        assertThat(read("{}").state()).isEqualTo(State.MISSING);
    }

    @Test
    void aDarkItemIsDistinguished() throws Exception {
        assertThat(read("{'is_dark':true,'metadata':{}}").state()).isEqualTo(State.DARK);
    }

    @Test
    void numbersMayBeStrings() throws Exception {
        assertThat(read("{'files':[{'name':'a','size':'12','md5':'m','sha1':'s'},"
                                + "{'name':'b','size':12,'md5':'m','sha1':'s'}]}")
                        .files())
                .containsEntry("a", new Entry(12, "m", "s"))
                .containsEntry("b", new Entry(12, "m", "s"));
    }

    @Test
    void aValueMayBeAListOfOne() throws Exception {
        assertThat(read("{'metadata':{'dump':['journals/x']}}").dump()).isEqualTo("journals/x");
        assertThat(read("{'metadata':{'dump':'journals/x'}}").dump()).isEqualTo("journals/x");
        assertThat(read("{'metadata':{'title':'x'}}").dump()).isNull();
    }

    @Test
    void aSummationIsNotAChecksum() throws Exception {
        assertThat(read("{'files':[{'name':'a','size':'1','md5':'m','sha1':'s','summation':'md5'}]}")
                        .files()
                        .get("a")
                        .isMeasured())
                .isFalse();
    }

    @Test
    void aFileWithoutSizeOrChecksumIsNotMeasuredYet() throws Exception {
        for (String file : new String[] {"'md5':'m','sha1':'s'", "'size':'1','md5':'m'", "'size':'1','sha1':'s'"}) {
            assertThat(read("{'files':[{'name':'a'," + file + "}]}")
                            .files()
                            .get("a")
                            .isMeasured())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'created':1}; false",
                "{'tasks':[]}; false",
                "{'tasks':[{'cmd':'archive.php'}]}; true",
                "{'pending_tasks':true}; true",
                "{'pending_tasks':false}; false",
                "{'pending_tasks':2}; true",
                "{'tasks':{}}; false"
            })
    void pendingTasksAreDetectedInEveryForm(String record, boolean pending) throws Exception {
        assertThat(read(record).tasksPending()).isEqualTo(pending);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "<html>", "{'files':", "{'error':'try later'}"})
    void anAnswerThatIsNotARecordIsRejected(String body) {
        assertThatIOException().isThrownBy(() -> read(body));
    }

    private static ItemRecord read(String record) throws IOException {
        return ItemRecord.read("item", record.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
