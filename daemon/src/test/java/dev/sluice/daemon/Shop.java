package dev.sluice.daemon;

import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.SQLException;

/** A small source database with rows. */
public final class Shop {
    private Shop() {}

    public static void create(TestDatabase source) throws SQLException {
        source.execute(
                "CREATE TABLE customer (id int PRIMARY KEY, name text, credit numeric(10,2))",
                "CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer, at timestamptz)",
                "INSERT INTO customer SELECT i, 'customer ' || i, i / 3.0 FROM generate_series(1, 500) AS i",
                "INSERT INTO purchase SELECT i, 1 + i % 500, now() FROM generate_series(1, 1000) AS i");
    }

    /** A configuration of one pipeline, {@code shop}, from one database to the other. */
    public static String yaml(TestDatabase source, TestDatabase target, String more) {
        return """
                state: ./state
                %s
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: %s
                      slot: %s
                      publication: %s
                      tables: ["public.*"]
                    sinks:
                      replica:
                        type: postgres
                        url: %s
                """.formatted(more, source.url(), source.name(), source.name(), target.url());
    }
}
