package dev.sluice.testkit.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A directory that holds {@code initdb}, {@code pg_ctl} and {@code postgres}. Any thread.
 *
 * @param bin readable by the user {@code nobody} when we are root
 */
public record PostgresBinaries(Path bin) {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

    public PostgresBinaries {
        if (!Files.isExecutable(bin.resolve("pg_ctl"))) {
            throw new IllegalArgumentException("there is no pg_ctl in " + bin);
        }
    }

    /**
     * The embedded ones, unless the system property {@code sluice.postgres.bin} names an installed server's directory: the
     * same tests then run against that version.
     */
    public static PostgresBinaries chosen() {
        String installed = System.getProperty("sluice.postgres.bin", "");
        return installed.isBlank() ? embedded() : installed(Path.of(installed));
    }

    /** An installed server's, such as {@code /usr/lib/postgresql/15/bin}. */
    public static PostgresBinaries installed(Path bin) {
        return new PostgresBinaries(bin);
    }

    /** Those on the class path, unpacked once per machine and user below the directory for temporary files. */
    public static PostgresBinaries embedded() {
        try {
            return new PostgresBinaries(unpacked().resolve("bin"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the PostgreSQL binaries", e);
        }
    }

    private static Path unpacked() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path target = temporary.resolve("sluice-postgres-" + System.getProperty("user.name") + "-" + fingerprint());
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Path unpacking = Files.createTempDirectory(temporary, "sluice-unpacking-");
            unpack(unpacking);
            Files.setPosixFilePermissions(unpacking, PosixFilePermissions.fromString("rwxr-xr-x"));
            try {
                Files.move(unpacking, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException otherWasFaster) {
                if (!Files.isDirectory(target)) {
                    throw otherWasFaster;
                }
                Directories.delete(unpacking);
            }
        }
        // The name can be guessed, so somebody else on this machine may have put their own programs there.
        if (!Files.getOwner(target, LinkOption.NOFOLLOW_LINKS).equals(ourselves(temporary))) {
            throw new FileAlreadyExistsException(target + " belongs to another user");
        }
        return target;
    }

    /** Whoever owns a file that we make. */
    private static UserPrincipal ourselves(Path temporary) throws IOException {
        Path file = Files.createTempFile(temporary, "sluice-owner-", "");
        try {
            return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.delete(file);
        }
    }

    private static String fingerprint() throws IOException {
        try (InputStream archive = archive()) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive.readAllBytes());
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static InputStream archive() throws IOException {
        InputStream archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
        if (archive == null) {
            throw new IOException("the PostgreSQL binaries " + ARCHIVE + " are not on the class path");
        }
        return archive;
    }

    private static void unpack(Path directory) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive())))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = directory.resolve(entry.getName()).normalize();
                if (!path.startsWith(directory)) {
                    throw new IOException("archive entry leaves the directory: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    boolean executable = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }
}
