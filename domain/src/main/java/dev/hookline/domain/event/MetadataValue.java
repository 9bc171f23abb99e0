package dev.hookline.domain.event;

import java.util.List;

/**
 * A value of the event's metadata, in the four kinds that JSON shows it in. Texts are cleaned, see
 * {@link StandardizedEvent}.
 */
public sealed interface MetadataValue {

  record Text(String value) implements MetadataValue {
    public Text {
      value = CleanText.of(value);
    }
  }

  record Whole(long value) implements MetadataValue {}

  record Flag(boolean value) implements MetadataValue {}

  record Texts(List<String> values) implements MetadataValue {
    public Texts {
      values = values.stream().map(CleanText::of).toList();
    }
  }
}
