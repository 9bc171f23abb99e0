package dev.hookline.bootstrap.traces;

import dev.hookline.bootstrap.config.Target;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.net.URI;

/** What every span of attempts at a target says of it, in OpenTelemetry's semantic conventions. */
record TargetAttributes(SpanKind kind, Attributes attributes) {
  /** A target of a message that this process has no settings for. */
  static final TargetAttributes UNKNOWN =
      new TargetAttributes(SpanKind.INTERNAL, Attributes.empty());

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  static TargetAttributes of(Target target) {
    return switch (target) {
      case Target.Log _, Target.Exec _ -> UNKNOWN;
      case Target.Http http -> new TargetAttributes(SpanKind.CLIENT, http(http.url()));
      case Target.Kafka kafka ->
          new TargetAttributes(
              SpanKind.PRODUCER,
              Attributes.builder()
                  .put("messaging.system", "kafka")
                  .put("messaging.operation.name", "send")
                  .put("messaging.operation.type", "send")
                  .put("messaging.destination.name", kafka.topic())
                  .build());
    };
  }

  /** Without path and query, which may hold a secret. */
  private static Attributes http(URI url) {
    int standard = "https".equalsIgnoreCase(url.getScheme()) ? HTTPS : HTTP;
    return Attributes.builder()
        .put("http.request.method", "POST")
        .put("server.address", url.getHost())
        .put("server.port", url.getPort() < 0 ? standard : url.getPort())
        .build();
  }
}
