package dev.sluice.sink.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetSocket;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Lends sinks one Vert.x for all tests of this Java process, as a program that embeds them would; closing one of its own
 * takes a sink a second. Its threads are there before a test begins, so that none counts as left behind.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedVertx.Extension.class)
@interface SharedVertx {
    /** Starts it before the first test that asks, closes it after the last. */
    final class Extension implements BeforeAllCallback, ParameterResolver {
        private static final ExtensionContext.Namespace NAMESPACE =
                ExtensionContext.Namespace.create(SharedVertx.class);

        private record Holder(Vertx vertx) implements AutoCloseable {
            static Holder start() {
                Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
                // Starts all threads that connections need: listening takes one kind, connecting the other.
                await(vertx.createNetServer()
                        .connectHandler(socket -> socket.close())
                        .listen(0, "127.0.0.1")
                        .compose(server -> vertx.createNetClient()
                                .connect(server.actualPort(), "127.0.0.1")
                                .compose(SharedVertx.Extension::untilClosed)
                                .compose(closed -> server.close())));
                return new Holder(vertx);
            }

            @Override
            public void close() {
                await(vertx.close());
            }

            private static void await(Future<Void> future) {
                future.toCompletionStage()
                        .toCompletableFuture()
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join();
            }
        }

        private static Future<Void> untilClosed(NetSocket socket) {
            Promise<Void> closed = Promise.promise();
            socket.closeHandler(closed::complete);
            return closed.future();
        }

        @Override
        public void beforeAll(ExtensionContext context) {
            holder(context);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Vertx.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return holder(context).vertx();
        }

        private static Holder holder(ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .getOrComputeIfAbsent("vertx", key -> Holder.start(), Holder.class);
        }
    }
}
