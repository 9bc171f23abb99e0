package dev.hookline.bootstrap.config;

import dev.hookline.bootstrap.config.Setting.Shape;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The places that values come from, the strongest first. A list in one layer replaces the one below
 * it, it is never merged with it.
 */
final class Layers {
  private static final String MASK = "********";
  private static final Config.Key ROOT = Config.Key.create("hookline");
  private static final Pattern SECRET_FIELD = Pattern.compile("secret|password|token");

  /**
   * Variables of the launcher, those that a command of an {@code exec} target is run with, which
   * may be this program, and those that name the database of the project's own tests.
   */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "HOOKLINE_JAVA",
          "HOOKLINE_CONFIG",
          "HOOKLINE_OPTS",
          "HOOKLINE_PIPELINE_ID",
          "HOOKLINE_SERVICE",
          "HOOKLINE_EVENT_TYPE",
          "HOOKLINE_REPOSITORY",
          "HOOKLINE_ATTEMPT",
          "HOOKLINE_TEST_DB_URL",
          "HOOKLINE_TEST_DB_USER",
          "HOOKLINE_TEST_DB_PASSWORD");

  private final Catalog catalog;
  private final List<Layer> layers = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<Setting<?>, Optional<?>> read = new HashMap<>();

  /**
   * @param unset keys that stand there and count as not set
   * @param nameOf what a key is called in a problem
   * @param originOf where its value comes from, when shown
   */
  private record Layer(
      Config config,
      Set<String> unset,
      Function<String, String> nameOf,
      Function<String, String> originOf) {

    Optional<Config> find(String key) {
      if (unset.contains(key)) {
        return Optional.empty();
      }
      Config node = config.get(key);
      return node.exists() ? Optional.of(node) : Optional.empty();
    }
  }

  private Layers(Catalog catalog) {
    this.catalog = catalog;
  }

  static Layers open(Configuration.Sources sources, Catalog catalog) {
    var layers = new Layers(catalog);
    layers.addEnvironment(sources.environment());
    layers.addFile(sources);
    layers.addDefaults();
    return layers;
  }

  List<String> problems() {
    return problems;
  }

  void problem(String line) {
    problems.add(line);
  }

  /** The value; if it cannot be read, that is a problem, and the default stands in. */
  <T> T get(Setting<T> setting) {
    return find(setting)
        .or(() -> fallback(setting))
        .orElseThrow(() -> new IllegalStateException(setting.key() + " has no default"));
  }

  /** The value, if there is one that can be read; else that is a problem. */
  @SuppressWarnings("unchecked") // What is put in for a setting is of its type.
  <T> Optional<T> find(Setting<T> setting) {
    Optional<?> known = read.get(setting);
    if (known != null) {
      return (Optional<T>) known;
    }
    Optional<T> found = load(setting);
    read.put(setting, found);
    return found;
  }

  /** Whether nothing but its default, if it has one, is written for it. */
  boolean isUnset(Setting<?> setting) {
    return layers.stream()
        .limit(layers.size() - 1L)
        .noneMatch(
            layer ->
                layer.find(setting.key()).isPresent()
                    || (setting.secret() && layer.find(setting.fileKey()).isPresent()));
  }

  private <T> Optional<T> fallback(Setting<T> setting) {
    Layer defaults = layers.getLast();
    return defaults
        .find(setting.key())
        .map(node -> setting.reader().read(new Written(node, this::problem)));
  }

  private <T> Optional<T> load(Setting<T> setting) {
    for (Layer layer : layers) {
      Optional<Config> node = layer.find(setting.key());
      Optional<Config> file =
          setting.secret() ? layer.find(setting.fileKey()) : Optional.<Config>empty();
      if (node.isPresent() && file.isPresent()) {
        problem(
            "%s: set beside %s"
                .formatted(
                    layer.nameOf.apply(setting.key()), layer.nameOf.apply(setting.fileKey())));
      }
      if (node.isPresent()) {
        return attempt(layer, setting.key(), node.get(), setting.reader());
      }
      if (file.isPresent()) {
        return attempt(layer, setting.fileKey(), file.get(), written -> fromFile(setting, written));
      }
    }
    return Optional.empty();
  }

  @SuppressWarnings("unchecked") // Only settings of SecretSource are secret.
  private <T> T fromFile(Setting<T> setting, Written written) {
    if (written.text().isBlank()) {
      throw new IllegalArgumentException("names no file");
    }
    return (T) catalog.inFile(setting, written.text().strip());
  }

  private <T> Optional<T> attempt(Layer layer, String key, Config node, Setting.Reader<T> reader) {
    String name = layer.nameOf.apply(key);
    try {
      var written =
          new Written(
              node,
              // What a structure says of itself begins with the last part of its key.
              text -> problem(key.substring(0, key.lastIndexOf('.') + 1) + text));
      return Optional.of(reader.read(written));
    } catch (IllegalArgumentException e) {
      problem(name + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private void addEnvironment(Map<String, String> environment) {
    var keys = new HashMap<String, String>();
    for (Setting<?> setting : catalog.all()) {
      for (String variable : setting.env()) {
        // A variable of several keys is resolved below; here any of them makes it known.
        keys.put(variable, setting.key());
        if (setting.secret()) {
          keys.put(Setting.fileVariable(variable), setting.fileKey());
        }
      }
    }
    for (String variable : new TreeMap<>(environment).keySet()) {
      if (variable.startsWith("HOOKLINE_")
          && !OTHER_VARIABLES.contains(variable)
          && !keys.containsKey(variable)) {
        problem("%s: unknown variable%s".formatted(variable, hint(variable, keys.keySet())));
      }
    }
    var values = new HashMap<String, String>();
    var variables = new HashMap<String, String>();
    for (Setting<?> setting : catalog.all()) {
      for (String variable : setting.env()) {
        String value = environment.get(variable);
        if (value != null && (setting.secret() || !value.isBlank())) {
          values.putIfAbsent(setting.key(), value);
          variables.putIfAbsent(setting.key(), variable);
        }
        String file = environment.get(Setting.fileVariable(variable));
        if (setting.secret() && file != null) {
          values.putIfAbsent(setting.fileKey(), file);
          variables.putIfAbsent(setting.fileKey(), Setting.fileVariable(variable));
        }
      }
    }
    Function<String, String> variableOf = key -> variables.getOrDefault(key, key);
    layers.add(
        new Layer(config(ConfigSources.create(values).build()), Set.of(), variableOf, variableOf));
  }

  private void addFile(Configuration.Sources sources) {
    Optional<Path> named =
        sources
            .file()
            .or(
                () ->
                    Optional.ofNullable(sources.environment().get("HOOKLINE_CONFIG"))
                        .filter(text -> !text.isBlank())
                        .map(Path::of));
    Path file = sources.folder().resolve(named.orElse(Path.of("hookline.yaml")));
    if (named.isEmpty() && !Files.exists(file)) {
      return;
    }
    String name = named.orElse(Path.of("hookline.yaml")).toString();
    String yaml;
    try {
      yaml = Files.readString(file);
    } catch (IOException e) {
      problem("%s: cannot be read (%s)".formatted(name, Unreadable.reason(e)));
      return;
    }
    var withoutValue = new HashSet<String>();
    Config whole =
        config(ConfigSources.create(YamlTree.parse(yaml, name, this::problem, withoutValue::add)));
    findUnknownKeys(whole, name, withoutValue);
    layers.add(
        new Layer(
            whole.get(ROOT).detach(),
            unset(withoutValue),
            key -> key + " in " + name,
            _ -> file.toString()));
  }

  /** A key without a value is as if it were not there; a secret's is a secret that is empty. */
  private Set<String> unset(Set<String> withoutValue) {
    return catalog.all().stream()
        .filter(setting -> !setting.secret())
        .map(Setting::key)
        .filter(key -> withoutValue.contains(ROOT + "." + key))
        .collect(Collectors.toSet());
  }

  private void addDefaults() {
    var defaults =
        catalog.all().stream()
            .filter(setting -> setting.defaultText().isPresent())
            .collect(
                Collectors.toMap(Setting::key, setting -> setting.defaultText().orElseThrow()));
    layers.add(
        new Layer(
            config(ConfigSources.create(defaults).build()), Set.of(), key -> key, _ -> "default"));
  }

  private static Config config(io.helidon.config.spi.ConfigSource source) {
    // What is written is meant as it stands: no ${…}, and nothing from elsewhere.
    return Config.builder()
        .addSource(source)
        .disableEnvironmentVariablesSource()
        .disableSystemPropertiesSource()
        .disableKeyResolving()
        .disableValueResolving()
        .disableFilterServices()
        .disableMapperServices()
        .disableParserServices()
        .build();
  }

  private void findUnknownKeys(Config whole, String file, Set<String> withoutValue) {
    Map<String, Setting<?>> known = new HashMap<>();
    Set<String> inner = new HashSet<>();
    for (Setting<?> setting : catalog.all()) {
      known.put(setting.key(), setting);
      if (setting.secret()) {
        known.put(setting.fileKey(), setting);
      }
      for (int dot = setting.key().indexOf('.');
          dot >= 0;
          dot = setting.key().indexOf('.', dot + 1)) {
        inner.add(setting.key().substring(0, dot));
      }
    }
    for (Config top : Structures.fields(whole).values()) {
      String name = Config.Key.unescapeName(top.name());
      if (!name.equals("hookline")) {
        problem("%s in %s: unknown key; all keys stand below hookline".formatted(name, file));
      } else if (top.type() == Config.Type.OBJECT) {
        findUnknownKeys(top, "", file, known, inner, withoutValue);
      } else if (!withoutValue.contains(name)) {
        problem("hookline in %s: expects keys below it".formatted(file));
      }
    }
  }

  private void findUnknownKeys(
      Config object,
      String prefix,
      String file,
      Map<String, Setting<?>> known,
      Set<String> inner,
      Set<String> withoutValue) {
    for (Config child : Structures.fields(object).values()) {
      String name = child.name();
      // Escaped, so that a key with a dot in it is not taken for two.
      String path = prefix + Config.Key.escapeName(name);
      if (known.containsKey(path)) {
        continue;
      }
      if (name.contains(".")) {
        problem(
            "%s\"%s\" in %s: unknown key; what stands below another key is no part of its name"
                .formatted(prefix, name, file));
      } else if (!inner.contains(path)) {
        problem("%s in %s: unknown key%s".formatted(path, file, hint(path, known.keySet(), inner)));
      } else if (child.type() == Config.Type.OBJECT) {
        findUnknownKeys(child, path + ".", file, known, inner, withoutValue);
      } else if (!withoutValue.contains(ROOT + "." + path)) {
        problem("%s in %s: expects keys below it".formatted(path, file));
      }
    }
  }

  private static String hint(String path, Set<String> known, Set<String> inner) {
    var candidates = new HashSet<>(known);
    candidates.addAll(inner);
    return hint(path, candidates);
  }

  static String hint(String text, Collection<String> known) {
    return Texts.nearest(text, known).map("; did you mean %s?"::formatted).orElse("");
  }

  /** Every setting as it is in force, secrets masked; of a structure each entry apart. */
  List<EffectiveValue> effective() {
    return catalog.all().stream().flatMap(this::effective).toList();
  }

  private Stream<EffectiveValue> effective(Setting<?> setting) {
    for (Layer layer : layers) {
      Optional<Config> node = layer.find(setting.key());
      if (node.isPresent() || (setting.secret() && layer.find(setting.fileKey()).isPresent())) {
        String key = node.isPresent() ? setting.key() : setting.fileKey();
        String origin = layer.originOf.apply(key);
        List<EffectiveValue> entries =
            setting.shape() == Shape.STRUCTURE
                ? entries(setting, node.orElseThrow(), origin)
                : List.of();
        return entries.isEmpty()
            ? Stream.of(shown(setting, node.orElse(null), origin))
            : entries.stream();
      }
    }
    return Stream.of(shown(setting, null, "default"));
  }

  private static List<EffectiveValue> entries(Setting<?> setting, Config node, String origin) {
    var entries = new LinkedHashMap<String, Config>();
    if (node.type() == Config.Type.OBJECT) {
      Structures.fields(node)
          .forEach((name, entry) -> entries.put(setting.key() + "." + name, entry));
    } else {
      for (Config entry : node.asNodeList().orElse(List.of())) {
        entries.put("%s[%d]".formatted(setting.key(), entries.size()), entry);
      }
    }
    return entries.entrySet().stream()
        .map(
            entry ->
                new EffectiveValue(
                    entry.getKey(),
                    setting.env(),
                    Texts.masked(written(entry.getValue())),
                    origin,
                    setting.description()))
        .toList();
  }

  private EffectiveValue shown(Setting<?> setting, @Nullable Config node, String origin) {
    String value =
        setting.secret()
            ? find(setting).map(secret -> masked((SecretSource) secret)).orElse("")
            : node == null ? "" : written(node, setting.shape());
    return new EffectiveValue(
        setting.key(), setting.env(), Texts.masked(value), origin, setting.description());
  }

  private static String masked(SecretSource secret) {
    int count = secret.get().size();
    return count == 1 ? MASK : "%s (%d)".formatted(MASK, count);
  }

  private static String written(Config node, Shape shape) {
    if (shape == Shape.LIST && node.type() == Config.Type.LIST) {
      return node.asNodeList().orElse(List.of()).stream()
          .map(item -> item.asString().orElse(""))
          .collect(Collectors.joining(","));
    }
    return written(node);
  }

  private static String written(Config node) {
    return switch (node.type()) {
      case OBJECT ->
          Structures.fields(node).entrySet().stream()
              .map(
                  field ->
                      field.getKey()
                          + ": "
                          + (SECRET_FIELD.matcher(field.getKey().toLowerCase(Locale.ROOT)).matches()
                              ? MASK
                              : written(field.getValue())))
              .collect(Collectors.joining(", ", "{", "}"));
      case LIST ->
          node.asNodeList().orElse(List.of()).stream()
              .map(Layers::written)
              .collect(Collectors.joining(", ", "[", "]"));
      case VALUE -> node.asString().orElse("");
      case MISSING -> "";
    };
  }
}
