package dev.hookline.http.provider;

import dev.hookline.domain.event.MetadataValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gathers an event's metadata in order; what the payload does not have leaves no key. */
public final class Metadata {
  private final Map<String, MetadataValue> values = new LinkedHashMap<>();

  /** Starts with nothing. */
  public Metadata() {}

  /** Puts the text unless it is absent or empty. */
  public Metadata text(String key, Optional<String> text) {
    text.filter(found -> !found.isEmpty())
        .ifPresent(found -> values.put(key, new MetadataValue.Text(found)));
    return this;
  }

  public Metadata whole(String key, Optional<Long> whole) {
    whole.ifPresent(found -> values.put(key, new MetadataValue.Whole(found)));
    return this;
  }

  public Metadata flag(String key, Optional<Boolean> flag) {
    flag.ifPresent(found -> values.put(key, new MetadataValue.Flag(found)));
    return this;
  }

  /** Puts the texts unless there are none. */
  public Metadata texts(String key, List<String> texts) {
    if (!texts.isEmpty()) {
      values.put(key, new MetadataValue.Texts(texts));
    }
    return this;
  }

  public Map<String, MetadataValue> values() {
    return Collections.unmodifiableMap(values);
  }
}
