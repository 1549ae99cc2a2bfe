package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.net.ConnectException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlStatesTest {
    @ParameterizedTest
    @CsvSource({
        "08006, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "08004, SOURCE_REFUSED, SINK_REFUSED",
        "08P01, SOURCE_PROTOCOL, SINK_UNAVAILABLE",
        "22P02, SOURCE_REFUSED, ROW_REFUSED",
        "23505, SOURCE_REFUSED, ROW_REFUSED",
        "25006, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "28P01, SOURCE_REFUSED, SINK_REFUSED",
        "3D000, SOURCE_REFUSED, SINK_REFUSED",
        "40001, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "40P01, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "42501, SOURCE_REFUSED, SINK_REFUSED",
        "42P01, SOURCE_REFUSED, SINK_MISFIT",
        "53100, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "53300, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "54000, SOURCE_REFUSED, ROW_REFUSED",
        "55006, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "57P01, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "57P03, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "57P04, SOURCE_REFUSED, SINK_REFUSED",
        "P0001, SOURCE_REFUSED, ROW_REFUSED",
        "XX000, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE",
        "ZZZZZ, INTERNAL, INTERNAL"
    })
    void everyCodeHasItsMeaningOnEitherSide(String state, ErrorKind source, ErrorKind target) {
        assertThat(SqlStates.source("read", new SQLException("no", state)).kind())
                .isEqualTo(source);
        assertThat(SqlStates.target("write", state, "no", null).kind()).isEqualTo(target);
    }

    @Test
    void aValueThatIsTooLargeToSendIsNoPassingFaultOfTheServer() {
        SQLException error = new SQLException("ERROR: invalid memory alloc request size 1258291203", "XX000");
        assertThat(SqlStates.isTooLarge(error)).isTrue();
        assertThat(SqlStates.source("read", error).kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(SqlStates.isTooLarge(new SQLException("cache lookup failed", "XX000")))
                .isFalse();
    }

    @Test
    void anErrorWithoutACodeIsTheNetworkIfThatIsItsCause() {
        SyncException network =
                SqlStates.target("write", null, "closed", new IllegalStateException(new ConnectException("refused")));
        assertThat(network.kind()).isEqualTo(ErrorKind.SINK_UNAVAILABLE);
        assertThat(SqlStates.target("write", null, "odd", new IllegalStateException())
                        .kind())
                .isEqualTo(ErrorKind.INTERNAL);
    }

    @Test
    void messagesSayWhatWasTriedWhatHappenedAndTheCode() {
        SQLException error = new SQLException("An I/O error occurred", "08006", new ConnectException("refused"));
        assertThat(SqlStates.source("connect to db", error))
                .hasMessage("cannot connect to db: An I/O error occurred refused (SQLSTATE 08006)")
                .hasCause(error);
    }
}
