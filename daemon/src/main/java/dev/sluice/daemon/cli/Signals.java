package dev.sluice.daemon.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT as a wish to stop. A shutdown hook could not set the exit status, nor see a second signal, so this
 * uses {@code sun.misc.Signal}: by reflection, since the compiler warns about that class however it is named.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /** @param stop run once, at the first of these signals, on a thread of the JVM's; the second ends the process */
    static void onTermination(Runnable stop) {
        AtomicBoolean asked = new AtomicBoolean();
        Runnable react = () -> {
            if (asked.compareAndSet(false, true)) {
                stop.run();
            } else {
                Runtime.getRuntime().halt(ExitCodes.FAILED);
            }
        };
        try {
            handle("TERM", react);
            handle("INT", react);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.debug("signals cannot be handled here; stopping is left to the JVM", e);
        }
    }

    private static void handle(String name, Runnable react) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object proxy = Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        react.run();
                    }
                    return method.getReturnType() == boolean.class ? self == arguments[0] : null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    }
}
