package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SchemaPolicy;
import dev.sluice.sink.postgres.ColumnRules.Rule;
import dev.sluice.sink.postgres.TargetTypes.Creation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Alters tables of the target where those of the source were altered. As far as no data can be lost by it: adds columns,
 * widens types, takes NOT NULL from columns that the source no longer fills; columns that were renamed keep their names
 * ({@link KeptNames}). If asked to, the rest as well: see {@link ColumnMoves} and {@link ColumnRules}. What it leaves is {@link TableFit}'s to refuse.
 *
 * <p>An added column keeps, as its default, what earlier rows have in it: those that are in the target, and those of the old
 * shape that are still to come. Rows of the new shape bring their own values.
 */
final class SchemaFollower {
    /** Who waits for an exclusive lock holds up everybody who comes after. */
    private static final Statement WAIT_BRIEFLY = Statement.of("SET LOCAL lock_timeout = '5s'", "set lock_timeout");

    private static final Statement WAIT_AS_BEFORE =
            Statement.of("SET LOCAL lock_timeout = DEFAULT", "reset lock_timeout");

    private static final Statement BEGIN = Statement.of("BEGIN", "begin a transaction");
    private static final Statement COMMIT = Statement.of("COMMIT", "commit a transaction");

    private final TargetSession session;
    private final SchemaPolicy policy;
    private final SchemaNews news;
    private final boolean createTypes;

    /**
     * @param news told of what was altered
     * @param createTypes whether types that the target lacks are made for columns
     */
    SchemaFollower(TargetSession session, SchemaPolicy policy, SchemaNews news, boolean createTypes) {
        this.session = session;
        this.createTypes = createTypes;
        this.policy = policy;
        this.news = news;
    }

    /**
     * What is to be altered.
     *
     * @param types that this takes
     */
    private record Alterations(List<Statement> statements, Set<DataType> types) {
        Alterations() {
            this(new ArrayList<>(), new LinkedHashSet<>());
        }

        void add(Statement statement) {
            statements.add(statement);
        }

        void add(Statement statement, Column typed) {
            statements.add(statement);
            TableDefinition.collectTypes(typed.type(), types);
        }
    }

    /**
     * Does what can be done now; to be called again until nothing is left. In order of the relations, as a table that was
     * altered within a batch has two, unless it is cut there: see {@link #follows}.
     *
     * @param tables of the target, by {@link Relation#displayName}
     * @param before the relations' shapes until now, by OID
     * @param transactionOpen whether the session is in a transaction, whose part this becomes
     * @return whether anything was altered
     */
    Mono<Boolean> follow(
            Collection<Relation> relations,
            Map<String, TargetTable> tables,
            Map<Long, SourceShape> before,
            boolean transactionOpen) {
        Alterations alterations =
                policy == SchemaPolicy.STOP ? new Alterations() : alterations(relations, tables, before);
        if (alterations.statements().isEmpty()) {
            return Mono.just(false);
        }
        Set<DataType> types = createTypes ? alterations.types() : Set.of();
        return new TargetTypes(session)
                .creation(types)
                .flatMap(creation -> alter(creation, alterations.statements(), transactionOpen))
                .thenReturn(true);
    }

    private Mono<?> alter(Creation creation, List<Statement> alterations, boolean transactionOpen) {
        List<Statement> all = new ArrayList<>(creation.all());
        all.addAll(alterations);
        all.add(0, WAIT_BRIEFLY);
        all.add(transactionOpen ? WAIT_AS_BEFORE : COMMIT);
        if (!transactionOpen) {
            all.add(0, BEGIN);
        }
        return session.run(all)
                .onErrorMap(
                        StatementFailure.class,
                        failure -> creation.wasMadeMeanwhile(failure) ? tryAgain(failure) : explained(failure))
                .doOnNext(done -> {
                    creation.types().forEach(news::altered);
                    alterations.forEach(news::altered);
                });
    }

    /**
     * Afterwards, where everything is followed: takes over what rows need not, as far as the target can.
     *
     * @return whether the tables may be other ones now
     */
    Mono<Boolean> takeOverRules(
            Collection<Relation> relations,
            Map<String, TargetTable> tables,
            Map<Long, SourceShape> before,
            boolean transactionOpen) {
        List<Rule> rules = new ArrayList<>();
        for (Relation relation : follows() ? relations : List.<Relation>of()) {
            TargetTable target = tables.get(relation.displayName());
            SourceShape shape = before.get(relation.oid());
            if (target != null && target.isTable() && shape != null) {
                rules.addAll(ColumnRules.of(relation, target, shape.asIn(target)));
            }
        }
        return Flux.fromIterable(rules)
                .concatMap(rule -> takeOver(rule, transactionOpen))
                .then(Mono.just(!rules.isEmpty()));
    }

    private Mono<Void> takeOver(Rule rule, boolean transactionOpen) {
        Statement alteration = rule.statement();
        List<Statement> all = transactionOpen
                ? List.of(ExactApplier.BEGIN_PART, WAIT_BRIEFLY, alteration, WAIT_AS_BEFORE, ExactApplier.END_PART)
                : List.of(BEGIN, WAIT_BRIEFLY, alteration, COMMIT);
        return session.run(all)
                .doOnNext(done -> news.altered(alteration))
                .then()
                .onErrorResume(StatementFailure.class, failure -> {
                    if (!rule.leftFor().contains(String.valueOf(TargetErrors.sqlState(failure)))) {
                        return Mono.error(explained(failure));
                    }
                    news.left(alteration, failure);
                    return transactionOpen
                            ? session.run(List.of(ExactApplier.UNDO_PART, ExactApplier.END_PART))
                                    .then()
                            : Mono.empty();
                });
    }

    private static Throwable tryAgain(StatementFailure failure) {
        return new SyncException(
                ErrorKind.SINK_UNAVAILABLE,
                "somebody else has just done what was to be done: "
                        + failure.statement().doing(),
                failure);
    }

    /** Whether columns are renamed and dropped, so that rows of an older shape fit no longer. */
    boolean follows() {
        return policy == SchemaPolicy.FOLLOW;
    }

    /** The relation with the names that its columns have in the target, or are to get. */
    Relation seen(Relation relation, TargetTable target, @Nullable SourceShape before) {
        return policy == SchemaPolicy.ADDITIVE ? KeptNames.of(relation, target, before) : relation;
    }

    /** Rows of the relation go where they are to. */
    void bound(Relation relation, Relation seen) {
        news.keptNames(relation, seen);
    }

    /** Outside of a transaction, each by itself; fails with SINK_MISFIT and the statements if it may not or cannot. */
    Mono<Void> alter(List<Statement> alterations) {
        if (policy == SchemaPolicy.STOP) {
            return Mono.error(SyncException.of(alterations.stream()
                    .map(each ->
                            new Problem(ErrorKind.SINK_MISFIT, "the target has yet to " + each.doing(), each.sql()))
                    .toList()));
        }
        return session.run(alterations)
                .onErrorMap(StatementFailure.class, SchemaFollower::explained)
                .doOnNext(done -> alterations.forEach(news::altered))
                .then();
    }

    private static Throwable explained(StatementFailure failure) {
        SyncException error = TargetErrors.classify(failure.statement().doing(), failure);
        return error.kind() == ErrorKind.SINK_UNAVAILABLE
                ? error
                : SyncException.of(List.of(new Problem(
                        ErrorKind.SINK_MISFIT,
                        String.valueOf(error.getMessage()),
                        failure.statement().sql())));
    }

    private Alterations alterations(
            Collection<Relation> relations, Map<String, TargetTable> tables, Map<Long, SourceShape> before) {
        Map<Long, SourceShape> shapes = new HashMap<>(before);
        Alterations alterations = new Alterations();
        for (Relation relation : relations) {
            TargetTable target = tables.get(relation.displayName());
            SourceShape shape = shapes.get(relation.oid());
            if (shape == null) {
                continue;
            }
            if (target == null) {
                if (follows() && shape.isRenamed(relation) && tables.containsKey(shape.displayName())) {
                    renameTable(shape, relation).forEach(alterations::add);
                }
            } else if (target.isTable()) {
                Relation seen = seen(relation, target, shape);
                if (follows()) {
                    addEverything(seen, target, shape, alterations);
                } else {
                    addHarmless(seen, target, shape, alterations);
                }
                shapes.put(relation.oid(), SourceShape.of(relation, seen, target, shape));
            }
        }
        return alterations;
    }

    private static List<Statement> renameTable(SourceShape before, Relation now) {
        return TableDefinition.renameTable(before, now).stream()
                .map(sql -> Statement.of(sql, "rename " + before.displayName() + " to " + now.displayName()))
                .toList();
    }

    /** Columns first find their places; the next time their types follow. */
    private static void addEverything(
            Relation relation, TargetTable target, SourceShape before, Alterations alterations) {
        List<Statement> moves = ColumnMoves.of(relation, target, before);
        if (!moves.isEmpty()) {
            moves.forEach(alterations::add);
            return;
        }
        addHarmless(relation, target, before.asIn(target), alterations);
        for (Column column : relation.columns()) {
            TargetColumn found = target.column(column.name()).orElse(null);
            if (found != null
                    && !found.generated()
                    && !TypeFit.fits(column, found)
                    && !TypeFit.isWidened(column, found)
                    && !before.isReplaced(column, found)) {
                alterations.add(
                        Statement.of(
                                TableDefinition.convert(target, column),
                                "convert column " + column.name() + " of " + target.displayName()),
                        column);
            }
        }
    }

    /** What loses nothing. */
    private static void addHarmless(
            Relation relation, TargetTable target, SourceShape before, Alterations alterations) {
        for (Column column : relation.columns()) {
            TargetColumn found = target.column(column.name()).orElse(null);
            if (found == null) {
                if (before.isAddition(column, relation) && column.earlier().known()) {
                    alterations.add(
                            Statement.of(
                                    TableDefinition.addColumn(target, column),
                                    "add column " + column.name() + " to " + target.displayName()),
                            column);
                }
                continue;
            }
            if (before.named(column.name()).isPresent() && TypeFit.isWidened(column, found)) {
                alterations.add(Statement.of(
                        TableDefinition.changeType(target, column),
                        "widen column " + column.name() + " of " + target.displayName()));
            }
            if (found.notNull() && before.isRelaxed(column)) {
                alterations.add(dropNotNull(target, found));
            }
        }
        for (TargetColumn found : target.columns()) {
            if (found.mustBeFilled() && isGone(found, relation, before)) {
                alterations.add(dropNotNull(target, found));
            }
        }
    }

    static Statement dropNotNull(TargetTable target, TargetColumn column) {
        return Statement.of(
                TableDefinition.dropNotNull(target, column),
                "take NOT NULL from column " + column.name() + " of " + target.displayName());
    }

    private static boolean isGone(TargetColumn found, Relation relation, SourceShape before) {
        return before.named(found.name()).isPresent()
                && relation.columns().stream().noneMatch(column -> column.name().equals(found.name()));
    }
}
