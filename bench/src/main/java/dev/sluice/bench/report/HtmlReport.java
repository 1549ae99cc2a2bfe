package dev.sluice.bench.report;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A report as a page that needs nothing but a browser, and no network: style, scripts and data are in it. It is made of the
 * files beside this class, with {@code {{name}}} where another file or the data goes. Any thread.
 */
public final class HtmlReport {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([\\w.-]+)}}");

    private HtmlReport() {}

    public static String of(Report report, Notes notes) {
        ChartLibrary library = new ChartLibrary();
        Map<String, String> parts = new HashMap<>();
        for (String file : new String[] {"page.css", "elements.js", "peers.js", "series.js", "charts.js", "page.js"}) {
            parts.put(file, Resource.text(file));
        }
        parts.put("uplot.css", library.style());
        parts.put("uplot.js", library.script());
        parts.put("uplot-version", escaped(library.version()));
        parts.put("uplot-licence", escaped(library.licence()));
        parts.put("report", data(report, notes));
        return filled(Resource.text("page.html"), parts);
    }

    /** Looks only at the template's own places: what a part holds is never looked at again. */
    private static String filled(String template, Map<String, String> parts) {
        return PLACE.matcher(template)
                .replaceAll(place ->
                        Matcher.quoteReplacement(Objects.requireNonNull(parts.get(place.group(1)), place.group())));
    }

    /** As JSON in which nothing can end the element that it is in. */
    private static String data(Report report, Notes notes) {
        JsonObject written = new JsonObject();
        for (ScenarioReport scenario : report.scenarios()) {
            notes.about(scenario.scenario()).ifPresent(text -> written.put(scenario.scenario(), text));
        }
        return JsonReport.of(report)
                .put("notes", written)
                .encode()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
