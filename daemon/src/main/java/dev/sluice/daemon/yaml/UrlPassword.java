package dev.sluice.daemon.yaml;

import java.util.regex.Pattern;

/** Hides passwords in connection URLs that are shown. Stateless; any thread. */
public final class UrlPassword {
    /** To the last @, since a password that was not encoded may hold anything; rather too much than a part of it. */
    private static final Pattern USER_INFO = Pattern.compile("(?s)(://[^:]*):.*@");

    private static final Pattern PARAMETER = Pattern.compile("(?i)([?&][^=&]*password=)[^&]*");

    private UrlPassword() {}

    /** The text with stars for whatever may be the password of a URL in it. */
    public static String hide(String text) {
        return PARAMETER.matcher(USER_INFO.matcher(text).replaceAll("$1:***@")).replaceAll("$1***");
    }
}
