package dev.hookline.bootstrap.traces;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * OTLP over HTTP as a collector speaks it, by the protocol's own classes: keeps what it is told.
 */
public final class Collector implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * A span as it arrived.
   *
   * @param parentId empty for the first of a trace
   * @param attributes those of its own
   * @param resource those of its process
   */
  public record Told(
      String name,
      String kind,
      String traceId,
      String spanId,
      String parentId,
      String traceState,
      String status,
      String statusMessage,
      Map<String, String> attributes,
      Map<String, String> resource) {}

  private final HttpServer server;
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Told> told = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private volatile boolean hanging;

  private Collector(HttpServer server) {
    this.server = server;
  }

  public static Collector start() throws IOException {
    var collector =
        new Collector(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    collector.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    collector.server.createContext("/", collector::take);
    collector.server.start();
    return collector;
  }

  /** From now on takes what comes and answers nothing. */
  public void hang() {
    hanging = true;
  }

  /** What {@code OTEL_EXPORTER_OTLP_ENDPOINT} is to be. */
  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    String asked = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + type;
    if (hanging) {
      awaitTheEnd();
      exchange.close();
      return;
    }
    if (asked.equals("POST /v1/traces application/x-protobuf")) {
      keep(ExportTraceServiceRequest.parseFrom(body));
    } else {
      keepWrong(asked);
    }
    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private void awaitTheEnd() {
    try {
      over.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void keepWrong(String asked) {
    wrong.add(asked);
    notifyAll();
  }

  private synchronized void keep(ExportTraceServiceRequest request) {
    for (ResourceSpans resource : request.getResourceSpansList()) {
      Map<String, String> process = texts(resource.getResource().getAttributesList());
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        scope.getSpansList().forEach(span -> told.add(told(span, process)));
      }
    }
    notifyAll();
  }

  private static Told told(Span span, Map<String, String> process) {
    return new Told(
        span.getName(),
        span.getKind().name(),
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        span.getTraceState(),
        span.getStatus().getCode().name(),
        span.getStatus().getMessage(),
        texts(span.getAttributesList()),
        process);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static Map<String, String> texts(List<KeyValue> attributes) {
    var texts = new TreeMap<String, String>();
    attributes.forEach(attribute -> texts.put(attribute.getKey(), text(attribute.getValue())));
    return texts;
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> Long.toString(value.getIntValue());
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      default -> value.toString();
    };
  }

  /** Waits until it was told of so many spans that fit; these, in the order of arrival. */
  public synchronized List<Told> await(int count, Predicate<Told> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<Told> fitting = told.stream().filter(wanted).toList();
      if (fitting.size() >= count) {
        return fitting;
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0 || !wrong.isEmpty()) {
        throw new AssertionError("told of " + told + ", and asked wrongly " + wrong);
      }
      wait(left);
    }
  }

  /** What it was told of so far. */
  public synchronized List<Told> told() {
    return List.copyOf(told);
  }

  @Override
  public void close() {
    over.countDown();
    server.stop(0);
  }
}
