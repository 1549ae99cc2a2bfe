package dev.sluice.postgres;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is encrypted, with the words and meanings of libpq.
 *
 * @param mode how much is asked for
 * @param rootCertificate file of the authorities to trust (PEM); null means those that Java trusts
 * @param certificate file of our own certificate, or null
 * @param key file of its key, or null
 */
public record Tls(
        Mode mode,
        @Nullable Path rootCertificate,
        @Nullable Path certificate,
        @Nullable Path key) {
    /** Encrypted if the server can, as libpq does it: safe from listeners, not from somebody who poses as the server. */
    public static final Tls PREFER = new Tls(Mode.PREFER, null, null, null);

    public static final Tls DISABLE = new Tls(Mode.DISABLE, null, null, null);

    /** libpq's {@code sslmode}, less {@code allow}. */
    public enum Mode {
        DISABLE,
        PREFER,
        /** Encrypted or not at all; the certificate is not looked at. */
        REQUIRE,
        /** The certificate must come from an authority that is trusted. */
        VERIFY_CA,
        /** The certificate must also name the host that was connected to. */
        VERIFY_FULL;

        /** As libpq writes it: {@code verify-full}. */
        public String libpqName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Optional<Mode> of(String libpqName) {
            return Arrays.stream(values())
                    .filter(mode -> mode.libpqName().equals(libpqName))
                    .findFirst();
        }
    }

    public boolean verifies() {
        return mode == Mode.VERIFY_CA || mode == Mode.VERIFY_FULL;
    }
}
