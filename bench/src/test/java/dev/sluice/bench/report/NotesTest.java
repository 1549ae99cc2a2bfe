package dev.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NotesTest {
    private final Notes notes = Notes.parse("""
            # Notes

            About this file.

            ## drain

            The limit is the walsender.

            ### Tried

            ```
            ## not a heading
            ```

            ## big-transaction
            None.
            ## copy

            """);

    @Test
    void aSectionGoesToTheNextScenarioAndIsKeptAsItIs() {
        assertThat(notes.about("drain")).hasValue("""
                The limit is the walsender.

                ### Tried

                ```
                ## not a heading
                ```""");
        assertThat(notes.about("big-transaction")).hasValue("None.");
    }

    @Test
    void whereNothingIsWrittenThereIsNothing() {
        assertThat(notes.about("copy")).isEmpty();
        assertThat(notes.about("filter")).isEmpty();
        assertThat(Notes.NONE.about("drain")).isEmpty();
    }
}
