package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommittedBeforeTest {
    @Test
    void whatHadEndedIsIncludedAndWhatRanOrCameLaterIsNot() {
        CommittedBefore snapshot = CommittedBefore.parse("10:20:10,14,15");
        assertThat(snapshot.includes(3)).isTrue();
        assertThat(snapshot.includes(10)).isFalse();
        assertThat(snapshot.includes(13)).isTrue();
        assertThat(snapshot.includes(15)).isFalse();
        assertThat(snapshot.includes(19)).isTrue();
        assertThat(snapshot.includes(20)).isFalse();
        assertThat(snapshot.includes(1000)).isFalse();
    }

    @Test
    void aSnapshotMayHaveNothingRunning() {
        CommittedBefore snapshot = CommittedBefore.parse("20:20:");
        assertThat(snapshot.includes(19)).isTrue();
        assertThat(snapshot.includes(20)).isFalse();
    }

    @Test
    void idsAreComparedInACircleWhateverTheirEpoch() {
        CommittedBefore snapshot =
                CommittedBefore.parse("12884901885:12884901893:12884901886,12884901889"); // 3 * 2^32 - 3
        assertThat(snapshot.includes(0xFFFFFFFCL)).isTrue();
        assertThat(snapshot.includes(0xFFFFFFFEL)).isFalse();
        assertThat(snapshot.includes(0xFFFFFFFFL)).isTrue();
        assertThat(snapshot.includes(1)).isFalse();
        assertThat(snapshot.includes(4)).isTrue();
        assertThat(snapshot.includes(5)).isFalse();
    }
}
