package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.EffectiveValue;
import dev.hookline.bootstrap.config.InvalidSettingsException;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.http.acme.AcmeDialect;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.ProviderProfile;
import dev.hookline.http.testing.RsaKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README and the pages beside it name is there, and what they quote is quoted as it is.
 */
class GuidesTest {
  private static final Path ROOT = Path.of("..");
  private static final Path COMMANDS = Path.of("src/main/java/dev/hookline/bootstrap/cli");

  private static final Pattern COMMAND =
      Pattern.compile("(?m)(?:^|(?<!-n)[ /(])hookline ([a-z]+)((?: [^ \n]+)*)");
  private static final Pattern OPTION = Pattern.compile(" (--[a-z-]+)");
  private static final Pattern VARIABLE = Pattern.compile("\\bHOOKLINE_[A-Z0-9_]*[A-Z0-9]\\b");
  private static final Pattern SETTING =
      Pattern.compile(
          "^(?:http|admin|db|services|dispatch|worker|reconcile|log)\\.[a-zA-Z][a-zA-Z.-]*(?=$|:)");
  private static final Pattern METRIC = Pattern.compile("\\b(?:webhook|outbox)_[a-z_]+");
  private static final Pattern TEST = Pattern.compile("[A-Z][a-z]\\w*(?:Test|IT)");
  private static final Pattern TYPE = Pattern.compile("[A-Z][a-z]+[A-Za-z]*(?:\\.[A-Z][a-z]\\w+)?");
  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w+)");
  private static final Pattern RULE_ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|.+\\|$");
  private static final Pattern RULE = Pattern.compile("ArchRule (\\w+)\\s*=");
  private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| (.+?) \\|");
  private static final Pattern SENTENCE = Pattern.compile("`([^` ]+(?: [^` ]+){2,})`");
  private static final Pattern PICOCLI_NAME = Pattern.compile("\\bname = \"([a-z]+)\"");

  @TempDir private Path folder;

  /** Those that the house knows, and the one of the worked example. */
  private static List<ProviderProfile> profiles() {
    return Stream.concat(Dialects.all().stream(), Stream.of(new AcmeDialect()))
        .map(Dialect::profile)
        .toList();
  }

  @Test
  void everyCommandAndOptionExists() throws IOException {
    String sources = texts(COMMANDS);
    var known = names(PICOCLI_NAME, sources);
    known.add("help");
    var unknown = new TreeSet<String>();
    int seen = 0;
    for (Page page : Page.all()) {
      for (String code : page.code()) {
        for (MatchResult command : results(COMMAND, code)) {
          seen++;
          if (!known.contains(command.group(1))) {
            unknown.add(page.path() + ": hookline " + command.group(1));
          }
          for (MatchResult option : results(OPTION, command.group(2))) {
            if (!sources.contains("\"" + option.group(1) + "\"")
                && !option.group(1).equals("--help")) {
              unknown.add(page.path() + ": " + command.group());
            }
          }
        }
      }
    }
    assertEquals(Set.of(), unknown);
    assertTrue(seen > 50, "only " + seen + " commands were found");
  }

  @Test
  void everyVariableExists() throws IOException {
    var known = new HashSet<String>();
    for (EffectiveValue setting : Configuration.defaults(profiles())) {
      for (String variable : setting.variables()) {
        known.add(variable);
        known.add(variable + "_FILE");
      }
    }
    for (String source :
        List.of(
            "bootstrap/bin/hookline",
            "bootstrap/src/main/java/dev/hookline/bootstrap/config/Layers.java",
            "adapters-queue/src/main/java/dev/hookline/queue/target/ExecTarget.java",
            "adapters-persistence/src/test/java/dev/hookline/testing/TestDatabase.java")) {
      results(VARIABLE, Files.readString(ROOT.resolve(source)))
          .forEach(variable -> known.add(variable.group()));
    }
    var unknown = new TreeSet<String>();
    for (Page page : Page.all()) {
      for (String code : page.code()) {
        for (MatchResult variable : results(VARIABLE, code)) {
          if (!known.contains(variable.group().replace("_X_", "_GITHUB_"))) {
            unknown.add(page.path() + ": " + variable.group());
          }
        }
      }
    }
    assertEquals(Set.of(), unknown);
  }

  @Test
  void everySettingExists() throws IOException {
    var known = new HashSet<String>();
    for (EffectiveValue setting : Configuration.defaults(profiles())) {
      known.add(setting.key());
      known.add(setting.key() + "-file");
      for (int dot = setting.key().lastIndexOf('.');
          dot > 0;
          dot = setting.key().lastIndexOf('.', dot - 1)) {
        known.add(setting.key().substring(0, dot));
      }
    }
    var unknown = new TreeSet<String>();
    int seen = 0;
    for (Page page : Page.all()) {
      for (String span : page.spans()) {
        for (MatchResult setting : results(SETTING, span)) {
          seen++;
          if (!known.contains(setting.group().replace("services.X", "services.github"))) {
            unknown.add(page.path() + ": " + setting.group());
          }
        }
      }
    }
    assertEquals(Set.of(), unknown);
    assertTrue(seen > 80, "only " + seen + " settings were found");
  }

  @Test
  void everyExampleOfAConfigurationIsTaken() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "c2VjcmV0IG9mIHRoaXMgdGVzdA==");
    Path key = Files.writeString(folder.resolve("key"), RsaKeys.generate().pkcs8Pem());
    var problems = new ArrayList<String>();
    int seen = 0;
    for (Page page : Page.beside()) {
      for (Page.Fence fence : page.fences()) {
        if (fence.language().equals("yaml") && fence.code().startsWith("hookline:")) {
          seen++;
          String code = fence.code().replaceAll("/run/secrets/[\\w.-]+[.]pem", key.toString());
          problems.addAll(problems(code.replaceAll("/run/secrets/[\\w.-]+", secret.toString())));
        }
      }
    }
    assertEquals(List.of(), problems);
    assertTrue(seen > 3, "only " + seen + " examples were found");
  }

  private List<String> problems(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("hookline.yaml"), yaml);
    try {
      Configuration.load(
          new Configuration.Sources(folder, Optional.of(file), Map.of(), System::nanoTime),
          Role.TOOL,
          profiles());
      return List.of();
    } catch (InvalidSettingsException e) {
      return e.problems();
    }
  }

  @Test
  void everyMetricExists() throws IOException {
    var known =
        names(
            Pattern.compile("\"((?:webhook|outbox)_[a-z_]+)\""),
            texts(ROOT.resolve("adapters-http/src/main/java/dev/hookline/http/metrics")));
    var unknown = new TreeSet<String>();
    int seen = 0;
    for (Page page : Page.all()) {
      for (String code : page.code()) {
        for (MatchResult metric : results(METRIC, code)) {
          seen++;
          if (!known.contains(metric.group().replaceAll("_(?:bucket|sum|count)$", ""))) {
            unknown.add(page.path() + ": " + metric.group());
          }
        }
      }
    }
    assertEquals(Set.of(), unknown);
    assertTrue(seen > 10, "only " + seen + " metrics were found");
  }

  @Test
  void everyTestAndTypeThatIsNamedExists() throws IOException {
    Set<String> declared = names(DECLARED, allSources());
    var unknown = new TreeSet<String>();
    for (Page page : Page.all()) {
      for (String span : page.spans()) {
        if (TEST.matcher(span).matches() && !declared.contains(span)) {
          unknown.add(page.path() + ": " + span);
        }
      }
    }
    for (String span : architecture().spans()) {
      if (TYPE.matcher(span).matches() && !declared.containsAll(List.of(span.split("\\.", -1)))) {
        unknown.add(span);
      }
    }
    assertEquals(Set.of(), unknown);
  }

  @Test
  void everyLineThatOperatorsAreToldToLookForIsWritten() throws IOException {
    String page = Files.readString(Path.of("docs", "operations.md"));
    String table = page.substring(0, page.indexOf("\n## Processes"));
    String sources = allSources();
    var unwritten = new TreeSet<String>();
    int seen = 0;
    for (MatchResult cell : results(FIRST_CELL, table)) {
      for (MatchResult line : results(SENTENCE, cell.group(1))) {
        seen++;
        if (!sources.contains(line.group(1).replace("…", "{}"))) {
          unwritten.add(line.group(1));
        }
      }
    }
    assertEquals(Set.of(), unwritten);
    assertTrue(seen > 5, "only " + seen + " lines were found");
  }

  @Test
  void theRulesOnThePageAreThoseThatAreEnforced() throws IOException {
    String rules =
        Files.readString(Path.of("src/test/java/dev/hookline/architecture/HouseRulesTest.java"));
    assertEquals(names(RULE, rules), names(RULE_ROW, architecture().prose()));
  }

  @Test
  void whatIsQuotedStandsInItsSource() throws IOException {
    var wrong = new ArrayList<String>();
    int seen = 0;
    for (Page page : Page.all()) {
      for (Page.Fence fence : page.fences()) {
        if (!fence.source().isEmpty()) {
          seen++;
          String source = Files.readString(ROOT.resolve(fence.source()));
          missing(fence.code(), source)
              .ifPresent(
                  part -> wrong.add(page.path() + ", from " + fence.source() + ":\n" + part));
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(seen > 5, "only " + seen + " quotations were found");
  }

  @Test
  void aQuotationThatDriftedIsFound() {
    String source = "class A {\n  int a;\n\n  int b;\n  int c;\n}\n";
    assertEquals(Optional.empty(), missing("int a;\n\nint b;\n", source));
    assertEquals(Optional.empty(), missing("class A {\n  // …\n  int c;\n}\n", source));
    assertEquals(Optional.of("int a;\nint c;\n"), missing("int a;\nint c;\n", source));
    assertEquals(Optional.of("int a;\n"), missing("int b;\n// …\nint a;\n", source));
    assertFalse(missing("int d;\n", source).isEmpty());
  }

  /**
   * The first part of a quotation that its source does not have after the parts before it. A line
   * with three dots alone stands for what was left out; indentation does not count.
   */
  private static Optional<String> missing(String quotation, String source) {
    String text = unindented(source);
    int from = 0;
    for (String part : unindented(quotation).split("(?m)^(?:// |# )?…\n", -1)) {
      int at = text.indexOf(part, from);
      if (at < 0) {
        return Optional.of(part);
      }
      from = at + part.length();
    }
    return Optional.empty();
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n", "", "\n"));
  }

  private static Page architecture() throws IOException {
    return Page.read(Path.of("docs", "architecture.md"));
  }

  private static List<MatchResult> results(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static Set<String> names(Pattern pattern, String text) {
    return results(pattern, text).stream()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String allSources() throws IOException {
    var texts = new StringBuilder();
    for (String module :
        List.of(
            "domain",
            "application",
            "adapters-http",
            "adapters-persistence",
            "adapters-queue",
            "bootstrap")) {
      texts.append(texts(ROOT.resolve(module).resolve("src")));
    }
    return texts.toString();
  }

  private static String texts(Path folder) throws IOException {
    var texts = new StringBuilder();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        texts.append(Files.readString(file));
      }
    }
    return texts.toString();
  }
}
