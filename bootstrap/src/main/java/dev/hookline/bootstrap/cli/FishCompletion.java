package dev.hookline.bootstrap.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The script that lets fish complete commands, options and their values; picocli has none. */
final class FishCompletion {
  private static final Pattern FILES = Pattern.compile("(?:FILE|DIR)(?:\\..*)?");

  private final String name;
  private final CommandLine root;
  private final List<String> lines = new ArrayList<>();

  private FishCompletion(CommandLine root) {
    this.name = root.getCommandName();
    this.root = root;
  }

  static String of(CommandLine root) {
    return new FishCompletion(root).script();
  }

  private String script() {
    List<String> paths = new ArrayList<>();
    collect(root, "", paths);
    lines.add("# Completes %s in fish.".formatted(name));
    lines.add("function __%s_command".formatted(name));
    lines.add("    set -l path ''");
    lines.add("    for word in (commandline -opc)[2..-1]");
    lines.add("        set -l longer (string trim -- \"$path $word\")");
    lines.add(
        "        contains -- $longer %s; and set path $longer"
            .formatted(
                paths.stream().map(FishCompletion::quoted).collect(Collectors.joining(" "))));
    lines.add("    end");
    lines.add("    test \"$path\" = \"$argv[1]\"");
    lines.add("end");
    lines.add("complete -c %s -e".formatted(name));
    lines.add("complete -c %s -f".formatted(name));
    complete(root, "");
    return String.join("\n", lines) + "\n";
  }

  private static void collect(CommandLine command, String path, List<String> paths) {
    command
        .getSubcommands()
        .forEach(
            (word, below) -> {
              String longer = (path + " " + word).strip();
              paths.add(longer);
              collect(below, longer, paths);
            });
  }

  private void complete(CommandLine command, String path) {
    command
        .getSubcommands()
        .forEach((word, below) -> line(path, "-a", quoted(word), "-d", quoted(what(below))));
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        var words = new ArrayList<String>();
        for (String spelling : option.names()) {
          words.add(spelling.startsWith("--") ? "-l" : "-s");
          words.add(spelling.replaceFirst("^--?", ""));
        }
        if (option.arity().max() > 0) {
          words.addAll(values(option));
        }
        words.add("-d");
        words.add(quoted(first(option.description())));
        line(path, words.toArray(String[]::new));
      }
    }
    for (PositionalParamSpec positional : command.getCommandSpec().positionalParameters()) {
      if (positional.completionCandidates() != null) {
        line(path, "-a", quoted(candidates(positional)));
      }
    }
    command.getSubcommands().forEach((word, below) -> complete(below, (path + " " + word).strip()));
  }

  private static List<String> values(OptionSpec option) {
    if (option.completionCandidates() != null) {
      return List.of("-x", "-a", quoted(candidates(option)));
    }
    return FILES.matcher(option.paramLabel()).matches() ? List.of("-r", "-F") : List.of("-x");
  }

  private static String candidates(ArgSpec argument) {
    return StreamSupport.stream(argument.completionCandidates().spliterator(), false)
        .collect(Collectors.joining(" "));
  }

  private void line(String path, String... words) {
    lines.add(
        "complete -c %s -n %s %s"
            .formatted(
                name,
                quoted("__%s_command %s".formatted(name, quoted(path))),
                String.join(" ", words)));
  }

  private static String what(CommandLine command) {
    var usage = command.getCommandSpec().usageMessage();
    return first(usage.description().length > 0 ? usage.description() : usage.header());
  }

  private static String first(String... description) {
    return description.length == 0 ? "" : description[0].replace("%%", "%").replace("%n", " ");
  }

  /** In single quotes, in which only these two mean something to fish. */
  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
