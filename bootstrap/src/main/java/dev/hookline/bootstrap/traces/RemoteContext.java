package dev.hookline.bootstrap.traces;

import dev.hookline.domain.trace.TraceContext;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.List;

/** A place in a trace as the SDK knows one that came from elsewhere. */
final class RemoteContext {
  private RemoteContext() {}

  static SpanContext of(TraceContext trace) {
    return SpanContext.createFromRemoteParent(
        trace.traceId(),
        trace.spanId(),
        TraceFlags.fromByte((byte) trace.flags()),
        state(trace.state()));
  }

  private static TraceState state(String state) {
    var builder = TraceState.builder();
    if (!state.isEmpty()) {
      // The builder puts each in front of those before.
      for (String member : List.of(state.split(",", -1)).reversed()) {
        int equals = member.indexOf('=');
        builder.put(member.substring(0, equals), member.substring(equals + 1));
      }
    }
    return builder.build();
  }
}
