package dev.hookline.bootstrap.config;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.pipeline.Route;
import dev.hookline.domain.pipeline.Routes;
import dev.hookline.http.provider.RepositoryMapping;
import io.helidon.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** Reads the lists and mappings that only the file can hold, each with every problem inside it. */
final class Structures {
  private static final Pattern TARGET_NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
  private static final Set<String> ROUTE_FIELDS =
      Set.of("service", "event-type", "repository", "user-request");
  private static final Setting.Reader<Duration> TIMEOUT = Readers.duration("PT0.1S", "PT1H");

  private Structures() {}

  /**
   * @param matchKeys what a mapping may match on; if that is the repository itself, a mapping adds
   *     to what the payload says and need not name one
   */
  static Setting.Reader<List<RepositoryMapping>> mappings(Set<String> matchKeys) {
    return written -> {
      var mappings = new ArrayList<RepositoryMapping>();
      for (Map<String, Config> fields : entries(written, "repositories")) {
        var entry = new Entry(written, "repositories[%d]".formatted(mappings.size()), fields);
        entry.allow(
            Set.of("match", "repository", "default-branch", "installation-id", "can-write"));
        mappings.add(mapping(entry, matchKeys));
      }
      return List.copyOf(mappings);
    };
  }

  private static RepositoryMapping mapping(Entry entry, Set<String> matchKeys) {
    Map<String, String> match = entry.match(matchKeys).map(Entry::texts).orElse(Map.of());
    Optional<RepositoryContext> named =
        entry.value(
            "repository",
            text ->
                RepositoryContext.parse(text.text())
                    .orElseThrow(() -> Readers.bad("not owner/name", text.text())));
    Optional<String> branch = entry.value("default-branch", Readers.NOT_BLANK);
    Optional<Long> installation =
        entry.value("installation-id", Readers.whole(1, Long.MAX_VALUE, "a number"));
    Optional<Boolean> canWrite = entry.value("can-write", Readers.YES_OR_NO);
    if (!entry.has("repository") && !matchKeys.contains("repository")) {
      entry.problem("has no repository");
    }
    Optional<RepositoryContext> repository =
        named.map(
            context ->
                new RepositoryContext(
                    context.owner(),
                    context.name(),
                    branch.orElse(null),
                    installation.orElse(null),
                    canWrite.orElse(false)));
    return new RepositoryMapping(match, repository, branch, installation, canWrite);
  }

  /** Targets by name, each still without the common timeout that it may fall back on. */
  static Setting.Reader<Map<String, Function<Duration, Target>>> targets(LongSupplier nanos) {
    return written -> {
      if (written.node().type() != Config.Type.OBJECT) {
        throw new IllegalArgumentException("expects names of targets, each with its keys");
      }
      var targets = new LinkedHashMap<String, Function<Duration, Target>>();
      fields(written.node())
          .forEach(
              (name, node) -> {
                if (node.type() != Config.Type.OBJECT) {
                  written.problems().accept("targets.%s: expects keys".formatted(name));
                  return;
                }
                var entry = new Entry(written, "targets." + name, fields(node));
                if (!TARGET_NAME.matcher(name).matches()) {
                  entry.problem("a target's name is 1 to 32 of a-z 0-9 _ -, a letter first");
                }
                target(entry, nanos).ifPresent(target -> targets.put(name, target));
              });
      return targets;
    };
  }

  private static Optional<Function<Duration, Target>> target(Entry entry, LongSupplier nanos) {
    String type = entry.value("type", Readers.TEXT).orElse("");
    Optional<Duration> timeout = entry.value("timeout", TIMEOUT);
    switch (type) {
      case "log" -> {
        entry.allow(Set.of("type", "timeout"));
        return Optional.of(common -> new Target.Log(timeout.orElse(common)));
      }
      case "exec" -> {
        entry.allow(Set.of("type", "timeout", "command"));
        return entry
            .required("command", Readers.COMMAND)
            .map(command -> common -> new Target.Exec(command, timeout.orElse(common)));
      }
      case "http" -> {
        entry.allow(Set.of("type", "timeout", "url", "secret", "secret-file"));
        Optional<SecretSource> secret = entry.signingKey("secret", nanos);
        return entry
            .required("url", Readers.TARGET_URL)
            .map(url -> common -> new Target.Http(url, secret, timeout.orElse(common)));
      }
      case "kafka" -> {
        entry.allow(Set.of("type", "timeout", "bootstrap-servers", "topic"));
        String topic = entry.value("topic", Readers.NOT_BLANK).orElse(Catalog.DEFAULT_TOPIC);
        return entry
            .required("bootstrap-servers", Readers.HOSTS_AND_PORTS)
            .map(servers -> common -> new Target.Kafka(servers, topic, timeout.orElse(common)));
      }
      default -> {
        entry.problem(
            type.isEmpty()
                ? "type is missing: log, exec, http or kafka"
                : "type: not one of log, exec, http, kafka: \"%s\"".formatted(type));
        return Optional.empty();
      }
    }
  }

  /**
   * @param services those that a route may match on
   */
  static Setting.Reader<Routes> routes(Collection<Service> services) {
    return written -> {
      var routes = new ArrayList<Route>();
      for (Map<String, Config> fields : entries(written, "routes")) {
        var entry = new Entry(written, "routes[%d]".formatted(routes.size()), fields);
        entry.allow(Set.of("match", "targets"));
        routes.add(
            new Route(
                entry
                    .match(ROUTE_FIELDS)
                    .map(match -> match(match, services))
                    .orElse(Route.Match.EVERYTHING),
                entry.required("targets", Structures::targetNames).orElse(List.of())));
      }
      return new Routes(routes);
    };
  }

  private static Route.Match match(Entry match, Collection<Service> services) {
    return new Route.Match(
        match.value("service", written -> service(written, services)),
        match.value("event-type", written -> new Glob(Readers.NOT_BLANK.read(written))),
        match.value("repository", Structures::repositoryGlob),
        match.value("user-request", Structures::prefix));
  }

  private static Service service(Written written, Collection<Service> services) {
    String name = written.text().strip();
    return services.stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown service \"%s\"%s"
                        .formatted(
                            name,
                            Layers.hint(name, services.stream().map(Service::name).toList()))));
  }

  private static Glob repositoryGlob(Written written) {
    String pattern = Readers.NOT_BLANK.read(written);
    if (!pattern.contains("/") && !pattern.contains("*")) {
      throw Readers.bad("fits no owner/name", pattern);
    }
    return new Glob(pattern);
  }

  /** White space at its end counts: it keeps {@code /deploy} from being {@code /deployment}. */
  private static String prefix(Written written) {
    Readers.NOT_BLANK.read(written);
    return written.text().stripLeading();
  }

  private static List<String> targetNames(Written written) {
    List<String> names = Readers.NAMES.read(written);
    for (String name : names) {
      if (names.indexOf(name) != names.lastIndexOf(name)) {
        throw Readers.bad("names a target twice", name);
      }
    }
    return names;
  }

  private static List<Map<String, Config>> entries(Written written, String what) {
    if (written.node().type() != Config.Type.LIST) {
      throw new IllegalArgumentException("expects a list of entries");
    }
    var entries = new ArrayList<Map<String, Config>>();
    for (Config item : written.node().asNodeList().orElse(List.of())) {
      if (item.type() == Config.Type.OBJECT) {
        entries.add(fields(item));
      } else {
        written
            .problems()
            .accept("%s[%d]: expects keys such as match".formatted(what, entries.size()));
        entries.add(Map.of("match", item));
      }
    }
    return entries;
  }

  /** What stands in a mapping, by name: Helidon does not keep the order of the file. */
  static SortedMap<String, Config> fields(Config object) {
    var fields = new TreeMap<String, Config>();
    for (Config child : object.asNodeList().orElse(List.of())) {
      fields.put(Config.Key.unescapeName(child.name()), child);
    }
    return fields;
  }

  /** One entry of a structure; its problems name it. */
  private record Entry(Written whole, String name, Map<String, Config> fields) {

    boolean has(String key) {
      return fields.containsKey(key);
    }

    void problem(String text) {
      whole.problems().accept(name + ": " + text);
    }

    void allow(Set<String> keys) {
      for (String key : fields.keySet()) {
        if (!keys.contains(key)) {
          problem(
              "unknown key \"%s\"%s"
                  .formatted(
                      key,
                      Texts.nearest(key.toLowerCase(Locale.ROOT), keys)
                          .map("; did you mean \"%s\"?"::formatted)
                          .orElse("")));
        }
      }
    }

    <T> Optional<T> value(String key, Setting.Reader<T> reader) {
      Config node = fields.get(key);
      if (node == null) {
        return Optional.empty();
      }
      try {
        return Optional.of(reader.read(new Written(node, text -> problem(key + ": " + text))));
      } catch (IllegalArgumentException e) {
        problem(key + ": " + e.getMessage());
        return Optional.empty();
      }
    }

    <T> Optional<T> required(String key, Setting.Reader<T> reader) {
      if (!has(key)) {
        problem(key + " is missing");
      }
      return value(key, reader);
    }

    Optional<SecretSource> signingKey(String key, LongSupplier nanos) {
      String fileKey = key + "-file";
      if (has(key) && has(fileKey)) {
        problem("has both %s and %s".formatted(key, fileKey));
      }
      return value(key, written -> Readers.signingKey(SecretSource.of(List.of(written.text()))))
          .or(
              () ->
                  value(
                      fileKey,
                      written ->
                          Readers.signingKey(
                              SecretSource.inFile(
                                  Path.of(Readers.NOT_BLANK.read(written)), false, nanos))));
    }

    /** What stands under {@code match}; empty, and a problem, if there are no keys. */
    Optional<Entry> match(Set<String> keys) {
      Config node = fields.get("match");
      if (node == null) {
        problem("match is missing; write match: {} for everything");
        return Optional.empty();
      }
      if (node.type() != Config.Type.OBJECT) {
        problem("match: expects keys");
        return Optional.empty();
      }
      var match = new Entry(whole, name + ".match", Structures.fields(node));
      match.allow(keys);
      return Optional.of(match);
    }

    Map<String, String> texts() {
      var texts = new LinkedHashMap<String, String>();
      for (String key : fields.keySet()) {
        value(key, Readers.NOT_BLANK).ifPresent(text -> texts.put(key, text));
      }
      return texts;
    }
  }
}
