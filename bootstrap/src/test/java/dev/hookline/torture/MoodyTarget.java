package dev.hookline.torture;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A target that notes every dispatch, and treats some of them badly. */
final class MoodyTarget implements AutoCloseable {
  private static final Pattern MARKER = Pattern.compile("\"marker\":\\s*\"([a-z0-9-]+)\"");
  private static final int HUGE = 300_000;
  private static final long SLUGGISH_MILLIS = 2000;

  private final Ledger ledger;
  private final Random random;
  private final HttpServer server;
  private volatile boolean sluggish;

  MoodyTarget(Ledger ledger, long seed) throws IOException {
    this.ledger = ledger;
    this.random = new Random(seed);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/events", this::take);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:%d/events".formatted(server.getAddress().getPort());
  }

  /** Takes its time over every answer, so that whoever takes over is seen in the middle of it. */
  void sluggish(boolean is) {
    sluggish = is;
  }

  private int mood() {
    synchronized (random) {
      return random.nextInt(100);
    }
  }

  private void take(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Matcher matcher = MARKER.matcher(body);
    String marker = matcher.find() ? matcher.group(1) : "none";
    String id = String.valueOf(exchange.getRequestHeaders().getFirst("webhook-id"));
    int mood = mood();
    ledger.arrived(marker, id, mood < 92 || mood >= 99);
    try (exchange) {
      if (sluggish) {
        Thread.sleep(SLUGGISH_MILLIS);
      }
      if (mood < 82) {
        exchange.sendResponseHeaders(204, -1);
      } else if (mood < 92) {
        Thread.sleep(100L + 10L * mood);
        exchange.sendResponseHeaders(204, -1);
      } else if (mood < 95) {
        exchange.sendResponseHeaders(500, -1);
      } else if (mood < 96) {
        exchange.sendResponseHeaders(503, -1);
      } else if (mood < 97) {
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.sendResponseHeaders(429, -1);
      } else if (mood >= 99) {
        exchange.sendResponseHeaders(200, HUGE);
        exchange.getResponseBody().write(new byte[HUGE]);
      }
      // Else nothing: it has happened, and nobody is told.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
