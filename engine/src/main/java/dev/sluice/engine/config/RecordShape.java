package dev.sluice.engine.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A configuration record as the keys it wants. */
final class RecordShape<R extends Record> {
    private final Class<R> type;
    private final List<Key> keys;

    /**
     * @param optional whether it may be left out without a default
     * @param byDefault its value as written in a file, or null
     * @param named whether the keys of this map are names
     */
    record Key(
            String name,
            Type type,
            boolean optional,
            @Nullable String byDefault,
            boolean named) {
        static Key of(RecordComponent component) {
            Default byDefault = component.getAnnotation(Default.class);
            return new Key(
                    component.getName(),
                    component.getGenericType(),
                    component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                    byDefault == null ? null : byDefault.value(),
                    component.isAnnotationPresent(Names.class));
        }
    }

    RecordShape(Class<R> type) {
        this.type = type;
        this.keys = Arrays.stream(type.getRecordComponents()).map(Key::of).toList();
    }

    List<Key> keys() {
        return keys;
    }

    /** @throws RuntimeException as the record's constructor does */
    R create(@Nullable Object[] values) {
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new IllegalStateException("cannot create " + type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot create " + type.getName(), e);
        }
    }
}
