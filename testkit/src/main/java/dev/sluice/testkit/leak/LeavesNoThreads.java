package dev.sluice.testkit.leak;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each test fails that leaves a thread behind which is not a daemon, or whose name begins with {@code sluice-}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(ThreadLeakExtension.class)
public @interface LeavesNoThreads {}
