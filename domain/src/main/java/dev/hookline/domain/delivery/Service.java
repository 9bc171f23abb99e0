package dev.hookline.domain.delivery;

import java.util.regex.Pattern;

/**
 * A provider of webhooks by its name on the wire: {@code github}, {@code slack}, {@code linear}.
 *
 * @param name 1 to 32 lower-case letters or digits, starting with a letter
 */
public record Service(String name) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,31}");

  public Service {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a service name: " + name);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
