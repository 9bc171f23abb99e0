package dev.hookline.http.admin;

import dev.hookline.http.server.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * What describes the HTTP surfaces to programs, in OpenAPI 3.1. The intake is described here as
 * well: providers do not ask, and an intake tells strangers nothing of itself.
 */
enum Description {
  INTAKE("/openapi/intake.yaml", "intake.openapi.yaml"),
  ADMIN("/openapi/admin.yaml", "admin.openapi.yaml");

  /** RFC 9512. */
  private static final String YAML = "application/yaml";

  private final String path;
  private final String resource;

  Description(String path, String resource) {
    this.path = path;
    this.resource = resource;
  }

  static Optional<Description> at(String path) {
    return Arrays.stream(values()).filter(description -> description.path.equals(path)).findFirst();
  }

  Answer answer() {
    try (InputStream text = Description.class.getResourceAsStream(resource)) {
      return Answer.of(200, YAML, Objects.requireNonNull(text, resource).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
