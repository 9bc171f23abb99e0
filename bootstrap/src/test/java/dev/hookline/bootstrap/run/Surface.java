package dev.hookline.bootstrap.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** An HTTP surface as it is described in OpenAPI, against which answers are held. */
final class Surface {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HERE = "https://hookline.test/surface";

  private final JsonNode description;
  private final SchemaRegistry schemas;
  private final Set<String> seen = new HashSet<>();

  /**
   * @param yaml the description
   */
  Surface(String yaml) throws IOException {
    description = new YAMLMapper().readTree(yaml);
    schemas =
        SchemaRegistry.withDialect(
            Dialects.getOpenApi31(),
            builder -> builder.schemas(Map.of(HERE, description.toString())));
  }

  String version() {
    return description.path("openapi").asText();
  }

  /** Every answer that is described, as {@code GET /path 200}. */
  Set<String> answers() {
    var answers = new TreeSet<String>();
    description
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            operation
                                .getValue()
                                .path("responses")
                                .fieldNames()
                                .forEachRemaining(
                                    status ->
                                        answers.add(
                                            name(operation.getKey(), path.getKey(), status)))));
    return answers;
  }

  /** Those of {@link #answers} that no {@link #check} has met. */
  Set<String> unseen() {
    var unseen = new TreeSet<>(answers());
    unseen.removeAll(seen);
    return unseen;
  }

  private static String name(String method, String path, String status) {
    return "%s %s %s".formatted(method.toUpperCase(Locale.ROOT), path, status);
  }

  /**
   * Whatever in the answer is other than described.
   *
   * @param method one that the path knows: an answer to another one is described there, too
   */
  List<String> check(String method, String path, HttpResponse<String> answer) throws IOException {
    String template = template(path);
    String status = Integer.toString(answer.statusCode());
    String name = name(method, template, status);
    String at =
        "/paths/%s/%s/responses/%s"
            .formatted(escaped(template), method.toLowerCase(Locale.ROOT), status);
    JsonNode described = description.at(at);
    if (described.isMissingNode()) {
      return List.of(name + " is not described");
    }
    seen.add(name);
    if (described.has("$ref")) {
      at = described.path("$ref").asText().substring(1);
      described = description.at(at);
    }
    var wrong = new ArrayList<String>();
    checkHeaders(name, described.path("headers"), answer, wrong);
    checkBody(name, at, described.path("content"), answer, wrong);
    return wrong;
  }

  private void checkHeaders(
      String name, JsonNode headers, HttpResponse<String> answer, List<String> wrong) {
    headers
        .properties()
        .forEach(
            header -> {
              String at = header.getValue().path("$ref").asText().substring(1);
              var value = answer.headers().firstValue(header.getKey());
              if (value.isPresent()) {
                problems(at + "/schema", JSON.getNodeFactory().textNode(value.get()))
                    .forEach(text -> wrong.add("%s %s: %s".formatted(name, header.getKey(), text)));
              } else if (description.at(at).path("required").asBoolean()) {
                wrong.add("%s lacks %s".formatted(name, header.getKey()));
              }
            });
  }

  private void checkBody(
      String name, String at, JsonNode content, HttpResponse<String> answer, List<String> wrong)
      throws IOException {
    String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(" *;.*", "");
    if (answer.body().isEmpty()) {
      if (!type.isEmpty() && content.has(type)) {
        wrong.add(name + " is said to be " + type + ", and is empty");
      }
      return;
    }
    if (!content.has(type)) {
      wrong.add("%s is not described as \"%s\"".formatted(name, type));
      return;
    }
    JsonNode body =
        type.equals("application/json")
            ? JSON.readTree(answer.body())
            : JSON.getNodeFactory().textNode(answer.body());
    problems("%s/content/%s/schema".formatted(at, escaped(type)), body)
        .forEach(text -> wrong.add("%s: %s in %s".formatted(name, text, answer.body())));
  }

  private List<String> problems(String at, JsonNode value) {
    return schemas
        .getSchema(SchemaLocation.of(HERE + "#" + at))
        .validate(value, context -> context.executionConfig(c -> c.formatAssertionsEnabled(true)))
        .stream()
        .map(Error::toString)
        .toList();
  }

  /** The path as it is described, with its parameters by name. */
  private String template(String path) {
    String plain = path.replaceFirst("\\?.*", "");
    if (description.path("paths").has(plain)) {
      return plain;
    }
    var names = new ArrayList<String>();
    description.path("paths").fieldNames().forEachRemaining(names::add);
    return names.stream()
        .filter(name -> Pattern.matches(name.replaceAll("\\{[a-z]+\\}", "[^/]+"), plain))
        .findFirst()
        .orElse(plain);
  }

  /** RFC 6901. */
  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
