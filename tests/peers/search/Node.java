// A node of OpenSearch out of its jars: HTTP on loopback.
//
//     java -cp 'JARS/*' Node.java FOLDER HTTP_PORT TRANSPORT_PORT PLUGIN,... [SETTING=VALUE]...
//
// Prints `node started`, and is ended by a signal. node.py makes one of Elasticsearch of it, which
// has the same classes by another name.
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.plugins.Plugin;

public class Node extends org.opensearch.node.Node {
    Node(Environment environment, List<Class<? extends Plugin>> plugins) {
        super(environment, plugins, true);
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Path config = Files.createDirectories(folder.resolve("config"));
        Settings.Builder settings = Settings.builder()
            .put("path.home", folder.toString())
            .put("path.data", folder.resolve("data").toString())
            .put("path.logs", folder.resolve("logs").toString())
            .put("cluster.name", "logio-peers")
            .put("node.name", "n1")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.port", arguments[2])
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        for (int i = 4; i < arguments.length; i++) {
            String[] pair = arguments[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        List<Class<? extends Plugin>> plugins = new ArrayList<>();
        for (String name : arguments[3].split(",")) {
            plugins.add(Class.forName(name).asSubclass(Plugin.class));
        }
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            settings.build(), Map.of(), config, () -> "n1");
        new Node(environment, plugins).start();
        System.out.println("node started");
        System.out.flush();
        Thread.currentThread().join();
    }
}
