package dev.sluice.source.postgres.changelog;

import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.FollowedTables;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.origin.ConnectionErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.jdbc.PgConnection;

/** Installs the change log without a pipeline. Blocks; fails with a {@link dev.sluice.engine.change.SyncException}. */
public final class ChangelogInstallation {
    private static final String APPLICATION = "sluice install";

    private ChangelogInstallation() {}

    /** Whether the pipeline's changes are noticed with a change log. */
    public static boolean isNeeded(SourceSettings settings) {
        try (PgConnection connection = connect(settings)) {
            return FollowedTables.of(connection, settings) instanceof LoggedTables;
        } catch (SQLException error) {
            throw new ConnectionErrors(settings.endpoint()).of(error);
        }
    }

    /** The transactions that make what is missing, and let the pipeline's role use it; to be run by somebody else. */
    public static List<List<String>> script(SourceSettings settings) {
        try (PgConnection connection = connect(settings)) {
            List<Table> tables = new ChangelogInspection(settings, connection).tables();
            List<List<String>> transactions = new ArrayList<>(new Installer(settings, connection).script(tables));
            transactions.add(InstallScript.grants(settings.endpoint().user(), tables));
            return transactions;
        } catch (SQLException error) {
            throw new ConnectionErrors(settings.endpoint()).of(error);
        }
    }

    /** Makes what is missing. Returns the names of the tables whose changes are logged then. */
    public static List<String> install(SourceSettings settings) {
        try (PgConnection connection = connect(settings)) {
            ChangelogInspection inspection = new ChangelogInspection(settings, connection);
            inspection.run();
            List<Table> tables = inspection.followed();
            new Installer(settings, connection).install(tables, Duration.ZERO);
            return tables.stream().map(Table::displayName).toList();
        } catch (SQLException error) {
            throw SqlStates.source(
                    "install the change log in " + settings.endpoint().displayName(), error);
        }
    }

    private static PgConnection connect(SourceSettings settings) throws SQLException {
        return new Connections(settings.endpoint(), APPLICATION).open();
    }
}
