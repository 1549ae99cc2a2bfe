package dev.sluice.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one connection URL. No error shows the URL itself, as it may hold a password. */
final class PostgresUrl {
    private static final List<String> PARAMETERS = List.of("host", "sslmode", "sslrootcert", "sslcert", "sslkey");
    private static final String FORM = "expected postgresql://user@host:port/database";

    private final String userInfo;
    private final String address;
    private final String database;
    private final Map<String, String> parameters;

    PostgresUrl(String url) {
        String rest = withoutScheme(url.trim());
        int question = rest.indexOf('?');
        if (question >= 0 && rest.indexOf('@', question) >= 0) {
            // A password with a ? in it; what follows must not be taken for parameters and shown.
            throw wrong("has an @ after the ?; write %3F for a ? in the password and %40 for an @ in a parameter");
        }
        String location = question < 0 ? rest : rest.substring(0, question);
        int slash = location.indexOf('/');
        String authority = slash < 0 ? location : location.substring(0, slash);
        database = slash < 0 ? "" : decode(location.substring(slash + 1));
        int at = authority.lastIndexOf('@');
        userInfo = at < 0 ? "" : authority.substring(0, at);
        address = authority.substring(at + 1);
        if (userInfo.isEmpty()) {
            throw wrong("names no user; " + FORM);
        }
        parameters = question < 0 ? Map.of() : parameters(rest.substring(question + 1));
    }

    PostgresEndpoint endpoint(@Nullable Secret separatePassword) {
        int colon = userInfo.indexOf(':');
        String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
        if (user.isEmpty()) {
            throw wrong("names no user; " + FORM);
        }
        Secret password = separatePassword;
        if (colon >= 0) {
            if (separatePassword != null) {
                throw wrong("holds a password although one is given beside it; remove one of the two");
            }
            password = new Secret(decode(userInfo.substring(colon + 1)));
        }
        return new PostgresEndpoint(host(), port(), database.isEmpty() ? user : database, user, password, tls());
    }

    private String host() {
        String named = parameters.get("host");
        int colon = portColon();
        String given = decode(colon < 0 ? address : address.substring(0, colon));
        if (given.startsWith("[") && given.endsWith("]")) {
            given = given.substring(1, given.length() - 1);
        }
        if (named != null && !given.isEmpty() && !named.equals(given)) {
            throw wrong("names the host " + given + " and with host= " + named + "; remove one of the two");
        }
        String host = named != null ? named : given;
        if (host.indexOf(',') >= 0) {
            throw wrong("names several hosts; expected one");
        }
        return host.isEmpty() ? "localhost" : host;
    }

    private int port() {
        int colon = portColon();
        if (colon < 0 || colon == address.length() - 1) {
            return PostgresEndpoint.DEFAULT_PORT;
        }
        String text = address.substring(colon + 1);
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65535) {
            throw wrong("has the port " + shown(text) + "; expected a number from 1 to 65535");
        }
        return Integer.parseInt(text);
    }

    /** Where the port begins, past the colons of a bracketed IPv6 address; -1 if there is none. */
    private int portColon() {
        int colon = address.lastIndexOf(':');
        return colon > address.indexOf(']') ? colon : -1;
    }

    private Tls tls() {
        String name = parameters.getOrDefault("sslmode", Tls.Mode.PREFER.libpqName());
        Tls.Mode mode = Tls.Mode.of(name)
                .orElseThrow(() -> wrong("has sslmode=" + name + "; expected one of "
                        + Arrays.stream(Tls.Mode.values())
                                .map(Tls.Mode::libpqName)
                                .collect(Collectors.joining(", "))));
        Tls tls = new Tls(mode, file("sslrootcert"), file("sslcert"), file("sslkey"));
        if ((tls.certificate() == null) != (tls.key() == null)) {
            throw wrong("has one of sslcert and sslkey; expected both or neither");
        }
        if (tls.verifies() && tls.rootCertificate() == null && tls.certificate() != null) {
            throw wrong(
                    "has sslcert and sslmode=" + name + " but no sslrootcert; name the authority's certificate too");
        }
        return tls;
    }

    private @Nullable Path file(String parameter) {
        String path = parameters.get(parameter);
        return path == null ? null : Path.of(path);
    }

    private static String withoutScheme(String url) {
        for (String scheme : List.of("postgresql://", "postgres://")) {
            if (url.startsWith(scheme)) {
                return url.substring(scheme.length());
            }
        }
        throw wrong("does not begin with postgresql://; " + FORM);
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> read = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (!PARAMETERS.contains(name)) {
                throw wrong("has the unknown parameter \"" + shown(name) + "\"; did you mean " + nearest(name) + "?");
            }
            if (equals < 0 || equals == pair.length() - 1) {
                throw wrong("has no value for the parameter " + name);
            }
            if (read.put(name, decode(pair.substring(equals + 1))) != null) {
                throw wrong("has the parameter " + name + " twice");
            }
        }
        return read;
    }

    /** What looks like a word or a number; anything else may be a part of the password that was taken for something else. */
    private static String shown(String text) {
        return text.matches("[A-Za-z_]*|[0-9]*") ? text : "***";
    }

    private static String nearest(String name) {
        return PARAMETERS.stream()
                .min(Comparator.comparingInt(known -> distance(known, name)))
                .orElseThrow();
    }

    /** Levenshtein's, with one row kept. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw wrong("has a % that is not followed by two hexadecimal digits");
        }
    }

    private static SyncException wrong(String what) {
        return new SyncException(ErrorKind.CONFIGURATION, "url: the connection URL " + what);
    }
}
