package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.EffectiveValue;
import dev.hookline.bootstrap.config.Settings.Role;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Print the configuration in force and where each value comes from.")
final class ConfigCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  private final Surroundings around;

  ConfigCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    Configuration configuration = options.load(around, Role.TOOL);
    configuration.warnings().forEach(text -> around.err().println("hookline: warning: " + text));
    if (json) {
      printJson(configuration.values());
    } else {
      var table = new Table(List.of("KEY", "VALUE", "ORIGIN"));
      for (EffectiveValue value : configuration.values()) {
        table.row(value.key(), value.value().isEmpty() ? "-" : value.value(), value.origin());
      }
      around.out().print(table.text(around.colours()));
    }
    return ExitCode.DONE;
  }

  private void printJson(List<EffectiveValue> values) {
    var mapper = JsonMapper.builder().build();
    var settings = mapper.createArrayNode();
    for (EffectiveValue value : values) {
      var entry = settings.addObject();
      entry.put("key", value.key());
      if (value.value().isEmpty()) {
        entry.putNull("value");
      } else {
        entry.put("value", value.value());
      }
      entry.put("origin", value.origin());
    }
    var whole = mapper.createObjectNode();
    whole.set("settings", settings);
    around.out().println(whole);
  }
}
