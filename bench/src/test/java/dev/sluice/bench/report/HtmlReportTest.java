package dev.sluice.bench.report;

import static dev.sluice.bench.report.Reports.drain;
import static dev.sluice.bench.report.Reports.failed;
import static dev.sluice.bench.report.Reports.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/json\" id=\"report\">(.*?)</script>", Pattern.DOTALL);

    @Test
    void theReportIsInThePageAsItIs() {
        Report report = Reports.of(peer("sluice", 1, 2, 3), peer("pgjdbc", 4));

        JsonObject data = data(HtmlReport.of(report, Notes.NONE));
        data.remove("notes");

        assertThat(data).isEqualTo(new JsonObject(JsonReport.of(report).encode()));
    }

    @Test
    void noValueCanBreakOutOfTheDataNorIsTakenForAPlaceInTheTemplate() {
        String nasty = "</script><script>alert(1)</script><!-- & {{uplot.js}} $1 \\ \u2028";
        Report report = Reports.of(drain(Map.of(nasty, nasty), nasty, peer("sluice", 1), failed(nasty, nasty)));
        String plain = HtmlReport.of(Reports.of(peer("sluice", 1)), Notes.NONE);

        String page = HtmlReport.of(report, Notes.NONE);

        assertThat(page).doesNotContain("alert(1)</script>");
        assertThat(occurrences(page, "<script")).isEqualTo(occurrences(plain, "<script"));
        assertThat(occurrences(page, "</script")).isEqualTo(occurrences(plain, "</script"));
        JsonObject scenario = data(page).getJsonArray("scenarios").getJsonObject(0);
        assertThat(scenario.getString("failure")).isEqualTo(nasty);
        assertThat(scenario.getJsonObject("skipped").getString(nasty)).isEqualTo(nasty);
    }

    @Test
    void nothingIsFetchedFromAnywhere() {
        String page = HtmlReport.of(Reports.of(peer("sluice", 1)), Notes.NONE);

        assertThat(page).contains("default-src 'none'");
        assertThat(page).doesNotContainPattern("(src|href)=\"?(https?:)?//").doesNotContain("@import", "url(");
    }

    @Test
    void noPlaceOfTheTemplateIsLeftEmptyAndTheLibraryHasItsLicence() {
        String page = HtmlReport.of(Reports.of(peer("sluice", 1)), Notes.NONE);

        assertThat(page).doesNotContainPattern("\\{\\{[\\w.-]+}}");
        assertThat(page).contains("Leon Sorokin", "Permission is hereby granted", "var uPlot=");
    }

    @Test
    void dataGoesInAsTextOnly() {
        assertThat(HtmlReport.of(Reports.of(peer("sluice", 1)), Notes.NONE)).doesNotContain("insertAdjacentHTML");
        for (String script : new String[] {"elements.js", "peers.js", "series.js", "charts.js", "page.js"}) {
            assertThat(Resource.text(script)).doesNotContain("innerHTML", "document.write", "eval(");
        }
    }

    @Test
    void whatPeopleWroteStandsBesideTheScenario() {
        Notes notes = Notes.parse("## drain\nThe limit is <the> walsender.\n## copy\nNone.");

        assertThat(data(HtmlReport.of(Reports.of(peer("sluice", 1)), notes)).getJsonObject("notes"))
                .isEqualTo(new JsonObject().put("drain", "The limit is <the> walsender."));
    }

    private static JsonObject data(String page) {
        Matcher data = DATA.matcher(page);
        assertThat(data.find()).isTrue();
        return new JsonObject(data.group(1));
    }

    private static int occurrences(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
