package dev.sluice.daemon.verify;

import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;

/** Which of the two servers is asked, so that an error is told of the one that it came from. */
enum Side {
    SOURCE,
    TARGET;

    /** Something that a server answers. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws SQLException;
    }

    /** Something that a server does. */
    @FunctionalInterface
    interface Order {
        void give() throws SQLException;
    }

    /** @param doing what is tried; begins in lower case */
    <T> T run(String doing, Question<T> question) {
        try {
            return question.ask();
        } catch (SQLException e) {
            throw error(doing, e);
        }
    }

    /** @param doing what is tried; begins in lower case */
    void tell(String doing, Order order) {
        try {
            order.give();
        } catch (SQLException e) {
            throw error(doing, e);
        }
    }

    Connection open(Connections connections) {
        try {
            return connections.open();
        } catch (SQLException e) {
            String doing = "connect to " + connections.endpoint().displayName();
            throw this == SOURCE ? SqlStates.source(doing, e) : SqlStates.target(doing, e);
        }
    }

    private SyncException error(String doing, SQLException e) {
        return this == SOURCE
                ? SqlStates.source(doing + " in the source", e)
                : SqlStates.target(doing + " in the target", e);
    }
}
