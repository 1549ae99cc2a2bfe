package dev.sluice.daemon.yaml;

import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.ConfigNode.Entry;
import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import dev.sluice.engine.config.ConfigNode.Sequence;
import dev.sluice.engine.config.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Converts one document. Refuses what YAML allows and a configuration does not need: duplicate keys, keys that are not
 * text, tags, and aliases that blow a small file up into a large tree.
 */
final class YamlTree {
    private static final int MAX_NODES = 20_000;
    private static final int MAX_DEPTH = 40;
    private static final Set<Tag> PLAIN = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ);

    private final SourceLines lines;
    private int nodes;

    YamlTree(SourceLines lines) {
        this.lines = lines;
    }

    ConfigNode convert(Node root) {
        return convert(root, 0);
    }

    private ConfigNode convert(Node node, int depth) {
        if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
            throw lines.at(
                    node.getStartMark(),
                    "the file repeats too much through aliases, or is nested too deeply",
                    "Write it out without aliases.");
        }
        if (!PLAIN.contains(node.getTag())) {
            throw lines.at(
                    node.getStartMark(),
                    "an unquoted ! begins a YAML tag, which has no meaning here",
                    "Put the value in quotes, as in \"!public.audit\".");
        }
        Place place = lines.place(node.getStartMark());
        if (node instanceof MappingNode mapping) {
            return new Mapping(place, entries(mapping, depth));
        }
        if (node instanceof SequenceNode sequence) {
            List<ConfigNode> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(convert(item, depth + 1));
            }
            return new Sequence(place, items);
        }
        ScalarNode scalar = (ScalarNode) node;
        String written = scalar.getValue();
        return new Scalar(place, scalar.getTag().equals(Tag.NULL) ? null : written, written);
    }

    private Map<String, Entry> entries(MappingNode mapping, int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw lines.at(tuple.getKeyNode().getStartMark(), "a key is not text", "Write a word as the key.");
            }
            Place keyPlace = lines.place(key.getStartMark());
            Entry earlier = entries.put(key.getValue(), new Entry(keyPlace, convert(tuple.getValueNode(), depth + 1)));
            if (earlier != null) {
                throw lines.at(
                        key.getStartMark(),
                        "the key \"" + key.getValue() + "\" is here twice, first at "
                                + earlier.keyPlace().text(),
                        "Remove one of the two.");
            }
        }
        return entries;
    }
}
