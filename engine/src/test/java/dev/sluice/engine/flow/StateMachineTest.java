package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateMachineTest {
    /** What the class comments say, written down a second time. */
    private static final Map<LaneState, Set<LaneState>> LANE = Map.of(
            LaneState.NEW, EnumSet.of(LaneState.OPENING),
            LaneState.OPENING,
                    EnumSet.of(LaneState.COPYING, LaneState.STREAMING, LaneState.RETRYING, LaneState.DRAINING),
            LaneState.COPYING,
                    EnumSet.of(LaneState.STREAMING, LaneState.RETRYING, LaneState.DRAINING, LaneState.OPENING),
            LaneState.STREAMING, EnumSet.of(LaneState.RETRYING, LaneState.DRAINING, LaneState.OPENING),
            LaneState.RETRYING,
                    EnumSet.of(LaneState.OPENING, LaneState.COPYING, LaneState.STREAMING, LaneState.DRAINING),
            LaneState.DRAINING, EnumSet.of(LaneState.RETRYING));

    private static final Map<PipelineState, Set<PipelineState>> PIPELINE = Map.of(
            PipelineState.NEW, EnumSet.of(PipelineState.CONNECTING),
            PipelineState.CONNECTING, EnumSet.of(PipelineState.COPYING, PipelineState.STREAMING),
            PipelineState.COPYING, EnumSet.of(PipelineState.STREAMING, PipelineState.CONNECTING),
            PipelineState.STREAMING,
                    EnumSet.of(PipelineState.RECONNECTING, PipelineState.DRAINING, PipelineState.CONNECTING),
            PipelineState.RECONNECTING,
                    EnumSet.of(PipelineState.STREAMING, PipelineState.DRAINING, PipelineState.CONNECTING),
            PipelineState.DRAINING, EnumSet.noneOf(PipelineState.class));

    @Test
    void aLaneMakesTheMovesInItsTableAndNoOther() {
        tryEveryPair(LaneState.values(), LaneState.MOVES, LANE, EnumSet.of(LaneState.STOPPED, LaneState.FAILED));
    }

    @Test
    void aPipelineMakesTheMovesInItsTableAndNoOther() {
        tryEveryPair(
                PipelineState.values(),
                PipelineState.MOVES,
                PIPELINE,
                EnumSet.of(PipelineState.STOPPED, PipelineState.FAILED));
    }

    private static <S extends Enum<S>> void tryEveryPair(
            S[] states, Map<S, Set<S>> moves, Map<S, Set<S>> documented, Set<S> last) {
        for (S from : states) {
            for (S next : states) {
                List<S> told = new ArrayList<>();
                StateMachine<S> machine = new StateMachine<>("it", from, moves, (before, after) -> told.add(after));
                boolean isFinal = last.contains(from);
                boolean legal = !isFinal
                        && (last.contains(next)
                                || documented.getOrDefault(from, Set.of()).contains(next));
                if (legal) {
                    assertThat(machine.to(next)).as(from + " to " + next).isTrue();
                    assertThat(machine.state()).isEqualTo(next);
                    assertThat(told).containsExactly(next);
                } else if (from == next || isFinal) {
                    assertThat(machine.to(next)).as(from + " to " + next).isFalse();
                    assertThat(machine.state()).isEqualTo(from);
                    assertThat(told).isEmpty();
                } else {
                    assertThatThrownBy(() -> machine.to(next))
                            .hasMessageContaining(from.name())
                            .hasMessageContaining(next.name());
                    assertThat(machine.state()).isEqualTo(from);
                }
            }
        }
    }

    @Test
    void aMoveFromAStateThatIsNoLongerDoesNothing() {
        StateMachine<PipelineState> machine =
                new StateMachine<>("it", PipelineState.DRAINING, PipelineState.MOVES, (before, after) -> {});
        assertThat(machine.move(PipelineState.RECONNECTING, PipelineState.STREAMING))
                .isFalse();
        assertThat(machine.state()).isEqualTo(PipelineState.DRAINING);
        assertThat(machine.move(PipelineState.DRAINING, PipelineState.STOPPED)).isTrue();
    }
}
