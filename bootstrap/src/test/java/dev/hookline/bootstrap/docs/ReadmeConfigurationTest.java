package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.EffectiveValue;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.provider.Dialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The README's table of settings is the one that the settings would print. */
class ReadmeConfigurationTest {
  private static final Pattern SERVICE = Pattern.compile("services\\.([a-z0-9]+)\\.(.+)");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `[a-z].*`.* \\|$");

  @Test
  void theTableHasEverySettingAsItIs() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    int start = readme.indexOf("## Configuration");
    String section = readme.substring(start, readme.indexOf("\n## ", start + 1));
    String written =
        ROW.matcher(section).results().map(MatchResult::group).collect(Collectors.joining("\n"));
    assertEquals(String.join("\n", expected()), written);
  }

  private static List<String> expected() {
    var profiles = Dialects.all().stream().map(Dialect::profile).toList();
    var rows = new ArrayList<String>();
    var ofServices = new LinkedHashMap<String, Map<String, EffectiveValue>>();
    for (EffectiveValue setting : Configuration.defaults(profiles)) {
      var service = SERVICE.matcher(setting.key());
      if (service.matches()) {
        ofServices
            .computeIfAbsent(service.group(2), _ -> new LinkedHashMap<>())
            .put(service.group(1), setting);
      } else {
        rows.add(
            row(setting.key(), setting.variables(), code(setting.value()), setting.description()));
      }
    }
    ofServices.forEach((name, settings) -> rows.add(ofServices(name, settings)));
    return rows;
  }

  private static String ofServices(String name, Map<String, EffectiveValue> settings) {
    EffectiveValue any = settings.values().iterator().next();
    var distinct = settings.values().stream().map(EffectiveValue::value).distinct().toList();
    String value =
        distinct.size() == 1
            ? code(distinct.getFirst())
            : settings.entrySet().stream()
                .map(entry -> entry.getKey() + " " + code(entry.getValue().value()))
                .collect(Collectors.joining("; "));
    List<String> env =
        any.variables().stream()
            .map(
                variable ->
                    settings.keySet().stream()
                        .reduce(
                            variable,
                            (text, service) ->
                                text.replace("_" + service.toUpperCase(Locale.ROOT) + "_", "_X_")))
            .toList();
    return row("services.X." + name, env, value, any.description());
  }

  private static String row(String key, List<String> env, String value, String description) {
    String variables =
        env.stream().map(ReadmeConfigurationTest::code).collect(Collectors.joining(", "));
    return "| `%s` | %s | %s | %s |".formatted(key, variables, value, description);
  }

  private static String code(String value) {
    return value.isEmpty() ? "" : "`" + value + "`";
  }
}
