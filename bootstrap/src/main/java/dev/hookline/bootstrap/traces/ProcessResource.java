package dev.hookline.bootstrap.traces;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.resources.Resource;

/** What all spans of this process say of it. */
final class ProcessResource {
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("service.version");

  private ProcessResource() {}

  /** Adds a name and a version where the variables give none. */
  static Resource complete(Resource found) {
    var complete = found.toBuilder();
    String name = found.getAttribute(NAME);
    if (name == null || name.startsWith("unknown_service")) {
      complete.put(NAME, "hookline");
    }
    String version = ProcessResource.class.getPackage().getImplementationVersion();
    if (found.getAttribute(VERSION) == null && version != null) {
      complete.put(VERSION, version);
    }
    return complete.build();
  }
}
