package dev.sluice.engine.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GlobTest {
    @Test
    void aStarStandsForAnyRunOfCharacters() {
        assertThat(new Glob("*").matches("")).isTrue();
        assertThat(new Glob("audit_*").matches("audit_")).isTrue();
        assertThat(new Glob("audit_*").matches("my_audit_x")).isFalse();
        assertThat(new Glob("a*b*c").matches("a--b--b--c")).isTrue();
        assertThat(new Glob("a.c").matches("abc")).isFalse();
        assertThat(new Glob("Orders").matches("orders")).isFalse();
        assertThat(new Glob("").matches("")).isTrue();
    }

    @Test
    void itAgreesWithARegularExpression() {
        Random random = new Random(2);
        for (int round = 0; round < 20_000; round++) {
            String glob = text(random, "ab*", 7);
            String name = text(random, "ab", 9);
            boolean expected = Pattern.matches(glob.replace("*", ".*"), name);
            assertThat(new Glob(glob).matches(name)).as(glob + " on " + name).isEqualTo(expected);
        }
    }

    private static String text(Random random, String letters, int most) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(most + 1); length > 0; length--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }
}
