package dev.sluice.daemon.yaml;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.ConfigNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads a YAML file as a configuration tree. Errors name file, line and column and show the line. */
public final class YamlFile {
    private static final long MAX_BYTES = 1 << 20;

    private YamlFile() {}

    /** @throws SyncException of kind CONFIGURATION */
    public static ConfigNode read(Path file) {
        return parse(text(file), file.toString());
    }

    private static String text(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw unreadable(file, "it is a directory");
            }
            if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
                throw unreadable(file, "it is larger than 1MB");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file");
        } catch (AccessDeniedException e) {
            throw unreadable(file, "permission denied");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "it is not UTF-8 text");
        } catch (IOException e) {
            throw unreadable(file, e.toString());
        }
    }

    private static SyncException unreadable(Path file, String reason) {
        return problem(file + ": cannot be read: " + reason, "Name a configuration file with -c FILE.");
    }

    /** @param name what the file is called in messages */
    static ConfigNode parse(String text, String name) {
        SourceLines lines = new SourceLines(name, text);
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setSchema(new CoreSchema())
                .setUseMarks(true)
                .build();
        try {
            Iterator<Node> documents =
                    new Compose(settings).composeAllFromString(text).iterator();
            if (!documents.hasNext()) {
                throw problem(name + ": is empty", "Begin with pipelines:, see docs/configuration.md.");
            }
            Node root = documents.next();
            if (documents.hasNext()) {
                throw lines.at(documents.next().getStartMark(), "a second document begins", "Write one document.");
            }
            return new YamlTree(lines).convert(root);
        } catch (MarkedYamlEngineException e) {
            throw lines.at(
                    e.getProblemMark().or(e::getContextMark),
                    "this is not YAML: " + lines.explain(e),
                    "Correct the line; values with : # { } [ ] & * ! | > ' \" % @ are safest in quotes.");
        } catch (ReaderException e) {
            throw problem(
                    name + ": contains the control character U+" + String.format("%04X", e.getCodePoint())
                            + " at offset " + e.getPosition(),
                    "Remove it.");
        } catch (YamlEngineException e) {
            // The one error without a place: aliases that multiply.
            throw problem(
                    name + ": repeats too much through aliases, or is nested too deeply",
                    "Write it out without aliases.");
        }
    }

    static SyncException problem(String what, String remedy) {
        return SyncException.of(List.of(new Problem(ErrorKind.CONFIGURATION, what, remedy)));
    }
}
