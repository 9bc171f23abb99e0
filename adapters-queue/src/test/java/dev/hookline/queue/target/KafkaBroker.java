package dev.hookline.queue.target;

import dev.hookline.testing.Ports;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real broker, its own controller, on loopback. It can stop and come back as it was. */
final class KafkaBroker implements AutoCloseable {
  private final int port;
  private final Map<String, String> settings;
  private KafkaRaftServer server;

  /**
   * Formats a new log and starts.
   *
   * @param folder where the log lives
   */
  KafkaBroker(Path folder) throws Exception {
    port = Ports.free();
    int controllerPort = Ports.free();
    settings =
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", "1"),
            Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controllerPort),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry(
                "listeners",
                "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                    .formatted(port, controllerPort)),
            Map.entry("log.dirs", folder.toString()),
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
            // It comes back before a session of the usual 9 s has ended.
            Map.entry("broker.session.timeout.ms", "1000"),
            Map.entry("broker.heartbeat.interval.ms", "250"),
            Map.entry("controlled.shutdown.enable", "false"));
    new Formatter()
        .setPrintStream(new PrintStream(new ByteArrayOutputStream(), true))
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(folder.toString())
        .addDirectory(folder.toString())
        .run();
    server = started();
  }

  private KafkaRaftServer started() {
    var broker = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
    broker.startup();
    return broker;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Comes back after {@link #stop} on the same port, with the same log. */
  void start() {
    server = started();
  }

  void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  @Override
  public void close() {
    stop();
  }
}
