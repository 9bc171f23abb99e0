package dev.hookline.bootstrap.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hookline.application.pause.Pause;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.domain.delivery.Service;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which dispatches are meant, and how it is told what is paused in the end. */
final class PauseOptions {
  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "only its events: github, slack, linear, …")
  private Optional<String> service = Optional.empty();

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "only what goes to it; a single target is named for its type")
  private Optional<String> target = Optional.empty();

  @Option(names = "--json", description = "what is paused as JSON")
  private boolean json;

  Optional<String> target() {
    return target;
  }

  /**
   * @throws CommandException if there is no such service
   */
  PauseScope scope(Surroundings around) {
    if (target.filter(String::isBlank).isPresent()) {
      throw CommandException.usage("--target: names no target");
    }
    return new PauseScope(service.map(name -> around.service("--service", name)), target);
  }

  void print(Surroundings around, List<Pause> paused) {
    if (json) {
      printJson(around, paused);
    } else {
      around.out().print(Listings.paused(paused, around.colours()));
    }
  }

  private static void printJson(Surroundings around, List<Pause> paused) {
    var mapper = JsonMapper.builder().build();
    var entries = mapper.createArrayNode();
    for (Pause pause : paused) {
      entries
          .addObject()
          .put("service", pause.scope().service().map(Service::name).orElse(null))
          .put("target", pause.scope().target().orElse(null))
          .put("since", pause.since().toString());
    }
    var whole = mapper.createObjectNode();
    whole.set("paused", entries);
    around.out().println(whole);
  }
}
