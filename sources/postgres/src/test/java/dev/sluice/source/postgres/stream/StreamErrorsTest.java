package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.Sources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class StreamErrorsTest {
    private static final Position START = Position.boundary(100);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "XX000 | invalid memory alloc request size 1 | slot \"s\", output plugin \"pgoutput\", in the change callback | SOURCE_REFUSED",
                "54000 | out of memory | Slot »s«, Ausgabe-Plugin »pgoutput«, im Callback stream_change | SOURCE_REFUSED",
                "XX000 | invalid memory alloc request size 1 | slot \"sluice_change\", output plugin \"pgoutput\", in the commit callback | SOURCE_UNAVAILABLE",
                "XX000 | invalid memory alloc request size 1 | | SOURCE_UNAVAILABLE",
                "XX000 | cache lookup failed | slot \"s\", output plugin \"pgoutput\", in the change callback | SOURCE_UNAVAILABLE",
            })
    void aRowIsTooLargeOnlyIfTheServerFailedOverARow(String state, String message, String where, ErrorKind kind) {
        SourceSettings settings =
                SourceSettings.of(Sources.config("postgresql://app@localhost/shop", "public.*"), "change");
        String fields = "SERROR\0C" + state + "\0M" + message + "\0" + (where == null ? "" : "W" + where + "\0");
        SyncException error = new StreamErrors(settings, START)
                .of(new PSQLException(new ServerErrorMessage(fields)), START, "public.t");
        assertThat(error.kind()).isEqualTo(kind);
    }
}
