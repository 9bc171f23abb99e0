package dev.hookline.http.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.hookline.http.testing.RawClient;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Connections that want nothing hold little, and are closed in the end. */
class IdleConnectionsTest {
  private static final int EACH = 100;
  private static final int LONG = 200_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void silentAndKeptAliveConnectionsEndAndTheirDescriptorsComeBack() throws Exception {
    var limits =
        new HttpServer.Limits(
            "127.0.0.1", 0, 100, 4 * EACH, Duration.ofSeconds(10), Duration.ofSeconds(1));
    var idleness = new HttpServer.Idleness(Duration.ofSeconds(1), Duration.ofMillis(200));
    try (var server =
        new HttpServer(
                limits,
                idleness,
                HttpServer.Peers.ALL,
                _ -> Answer.empty(200),
                (_, defect) -> {
                  throw new AssertionError(defect);
                },
                () -> "id")
            .start()) {
      // What the first connection loads stays open.
      new RawClient(server.port()).send("GET / HTTP/1.1|Host: h||").close();
      long before = descriptors();
      var clients = new ArrayList<RawClient>();
      for (int i = 0; i < EACH; i++) {
        clients.add(new RawClient(server.port()));
        var keptAlive = new RawClient(server.port());
        clients.add(keptAlive);
        String answer = keptAlive.send("GET / HTTP/1.1|Host: h||").answer();
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
      }
      for (RawClient client : clients) {
        assertEquals("", client.rest());
      }
      awaitDescriptors(before + clients.size());
      for (RawClient client : clients) {
        client.close();
      }
      awaitDescriptors(before);
    }
  }

  @Test
  void whatAConnectionHasBroughtIsLetGoOfBeforeTheNextRequest() throws Exception {
    var limits =
        new HttpServer.Limits(
            "127.0.0.1", 0, LONG, 2 * EACH, Duration.ofSeconds(10), Duration.ofSeconds(1));
    var budget = new ByteBudget(EACH * (long) LONG);
    try (var server =
        new HttpServer(
                limits,
                HttpServer.Peers.ALL,
                request ->
                    request.readBody(LONG, budget) instanceof BodyReading.Complete
                        ? Answer.empty(200)
                        : Answer.empty(400),
                (_, defect) -> {
                  throw new AssertionError(defect);
                },
                () -> "id")
            .start()) {
      byte[] body = new byte[LONG];
      var clients = new ArrayList<RawClient>();
      long before = 0;
      for (int i = 0; i <= EACH; i++) {
        var client = new RawClient(server.port());
        clients.add(client);
        client.send("POST / HTTP/1.1|Host: h|Content-Length: %d||".formatted(LONG)).send(body);
        String answer = client.answer();
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        if (i == 0) {
          // What the first connection loads stays.
          before = heap();
        }
      }
      long each = (heap() - before) / EACH;
      assertTrue(each < LONG / 4, () -> each + " bytes stay of each connection");
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** A few more or fewer are the virtual machine's own. */
  private static void awaitDescriptors(long wanted) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (descriptors() > wanted + EACH / 10) {
      assertTrue(System.nanoTime() < deadline, () -> descriptors() + " open, not " + wanted);
      Thread.sleep(50);
    }
  }

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }
}
