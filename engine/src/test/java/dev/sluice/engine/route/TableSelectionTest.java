package dev.sluice.engine.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.TableSelection.QualifiedName;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableSelectionTest {
    @Test
    void aTableIsInIfAPatternMatchesAndNoneTakesItOut() {
        TableSelection selection = TableSelection.of(List.of("!public.audit_*", "public.*", "billing.invoices"));
        assertThat(selection.includes("public", "orders")).isTrue();
        assertThat(selection.includes("public", "audit_log")).isFalse();
        assertThat(selection.includes("billing", "invoices")).isTrue();
        assertThat(selection.includes("billing", "drafts")).isFalse();
    }

    @Test
    void aPatternWithoutADotIsInPublic() {
        TableSelection selection = TableSelection.of(List.of("orders"));
        assertThat(selection.includes("public", "orders")).isTrue();
        assertThat(selection.includes("other", "orders")).isFalse();
    }

    @Test
    void allMeansEverySchema() {
        assertThat(TableSelection.all().includes("x", "y.z")).isTrue();
    }

    @Test
    void patternsThatCannotBeReadAreRefused() {
        for (String pattern : List.of("", ".", "public.", ".orders", "a.b.c", "!", "! ")) {
            assertThatThrownBy(() -> TableSelection.of(List.of("public.*", pattern)))
                    .as(pattern)
                    .isInstanceOfSatisfying(SyncException.class, error -> assertThat(error.kind())
                            .isEqualTo(ErrorKind.CONFIGURATION));
        }
        assertThatThrownBy(() -> TableSelection.of(List.of())).hasMessageContaining("no pattern includes");
        assertThatThrownBy(() -> TableSelection.of(List.of("!public.*"))).hasMessageContaining("no pattern includes");
    }

    @Test
    void patternsThatNameNothingAreTold() {
        TableSelection selection = TableSelection.of(List.of("public.*", "public.ordres", "!public.audit"));
        assertThat(selection.withoutMatch(List.of(new QualifiedName("public", "orders"))))
                .containsExactly("public.ordres", "!public.audit");
    }
}
