package dev.hookline.bootstrap.config;

import java.util.List;

/** The configuration cannot be used. Holds every problem found, and no secret. */
public final class InvalidSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  public InvalidSettingsException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One line each, naming the key or the variable. */
  public List<String> problems() {
    return problems;
  }
}
