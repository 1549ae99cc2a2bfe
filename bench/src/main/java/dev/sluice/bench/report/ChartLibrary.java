package dev.sluice.bench.report;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/** uPlot, out of its webjar, to be put into a page. Any thread. */
final class ChartLibrary {
    private static final String PROPERTIES = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

    private final String version;

    ChartLibrary() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Resource.text(PROPERTIES)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        version = properties.getProperty("version", "?");
    }

    String version() {
        return version;
    }

    String script() {
        return file("dist/uPlot.iife.min.js");
    }

    String style() {
        return file("dist/uPlot.min.css");
    }

    String licence() {
        return file("LICENSE").strip();
    }

    private String file(String name) {
        return Resource.text("/META-INF/resources/webjars/uplot/" + version + "/" + name);
    }
}
