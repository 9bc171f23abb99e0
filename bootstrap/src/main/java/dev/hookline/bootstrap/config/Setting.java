package dev.hookline.bootstrap.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known about one key before anything is read.
 *
 * @param key below {@code hookline}
 * @param env the variables that set it, the most particular first; none for a structure
 * @param defaultText its default as it would be written, empty for none
 * @param secret whether its value is masked wherever it is shown; it then has a file form as well
 * @param reader turns what is written into its value
 */
record Setting<T>(
    String key,
    List<String> env,
    Optional<String> defaultText,
    Shape shape,
    boolean secret,
    String description,
    Reader<T> reader) {

  /** How a value is written. */
  enum Shape {
    /** One text. */
    VALUE,
    /** One text with commas, or a list of texts. */
    LIST,
    /** A list or mapping of its own, in the file alone. */
    STRUCTURE
  }

  /** Turns what is written into a value. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * @throws IllegalArgumentException saying what is wrong, without the value of a secret
     */
    T read(Written written);
  }

  static <T> Setting<T> value(
      String key, String defaultText, String description, Reader<T> reader) {
    return new Setting<>(
        key,
        List.of(envOf(key)),
        defaultText.isEmpty() ? Optional.empty() : Optional.of(defaultText),
        Shape.VALUE,
        false,
        description,
        reader);
  }

  static <T> Setting<T> list(String key, String defaultText, String description, Reader<T> reader) {
    return new Setting<>(
        key, List.of(envOf(key)), Optional.of(defaultText), Shape.LIST, false, description, reader);
  }

  static <T> Setting<T> structure(String key, String description, Reader<T> reader) {
    return new Setting<>(
        key, List.of(), Optional.empty(), Shape.STRUCTURE, false, description, reader);
  }

  static Setting<SecretSource> secret(
      String key, Shape shape, String description, Reader<SecretSource> reader) {
    return new Setting<>(
        key, List.of(envOf(key)), Optional.empty(), shape, true, description, reader);
  }

  Setting<T> alsoSetBy(String variable) {
    var all = new ArrayList<>(env);
    all.add(variable);
    return new Setting<>(key, List.copyOf(all), defaultText, shape, secret, description, reader);
  }

  /** The key that names a file with the secret. */
  String fileKey() {
    return key + "-file";
  }

  /** The variable that names a file with the secret, beside one that holds it. */
  static String fileVariable(String variable) {
    return variable + "_FILE";
  }

  /** {@code http.max-body-bytes} is HOOKLINE_HTTP_MAX_BODY_BYTES; a service stands for itself. */
  private static String envOf(String key) {
    String name = key.startsWith("services.") ? key.substring("services.".length()) : key;
    return "HOOKLINE_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
