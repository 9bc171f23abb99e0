package dev.hookline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.hookline.http.offender.KnowsTheQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The module diagram in the README is a rule: the code may not leave it, and it may not promise
 * what is not there.
 */
class ModuleDiagramTest {
  private static final Pattern ARROW = Pattern.compile("(?m)^\\s*([a-z-]+) --> ([a-z-]+)$");
  private static final Map<String, String> MODULE_OF_PACKAGE =
      Map.of(
          "dev.hookline.domain", "domain",
          "dev.hookline.application", "application",
          "dev.hookline.http", "adapters-http",
          "dev.hookline.persistence", "adapters-persistence",
          "dev.hookline.queue", "adapters-queue",
          "dev.hookline.bootstrap", "bootstrap");

  private record Arrow(String from, String to) implements Comparable<Arrow> {
    @Override
    public int compareTo(Arrow other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return from + " --> " + to;
    }
  }

  @Test
  void theCodeStaysWithinTheDiagram() throws IOException {
    Set<Arrow> allowed = closure(drawn());
    var used = dependencies(production());
    used.removeAll(allowed);
    assertEquals(Set.of(), used);
  }

  @Test
  void everyArrowOfTheDiagramIsReal() throws IOException {
    var unused = new TreeSet<>(drawn());
    unused.removeAll(dependencies(production()));
    assertEquals(Set.of(), unused);
  }

  @Test
  void anArrowThatIsNotDrawnIsFound() throws IOException {
    var offence = dependencies(new ClassFileImporter().importClasses(KnowsTheQueue.class));
    assertTrue(offence.contains(new Arrow("adapters-http", "adapters-queue")));
    assertFalse(closure(drawn()).contains(new Arrow("adapters-http", "adapters-queue")));
  }

  @Test
  void everyModuleHasCode() {
    var modules =
        production().stream()
            .map(ModuleDiagramTest::moduleOf)
            .flatMap(Optional::stream)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(MODULE_OF_PACKAGE.values()), modules);
  }

  private static JavaClasses production() {
    return new ClassFileImporter()
        .withImportOption(new ProductionCode())
        .importPackages("dev.hookline");
  }

  private static Set<Arrow> drawn() throws IOException {
    return ARROW
        .matcher(Files.readString(Path.of("..", "README.md")))
        .results()
        .map(arrow -> new Arrow(arrow.group(1), arrow.group(2)))
        .collect(Collectors.toSet());
  }

  private static Set<Arrow> closure(Set<Arrow> arrows) {
    var all = new HashSet<>(arrows);
    boolean grew = true;
    while (grew) {
      var further =
          all.stream()
              .flatMap(
                  a ->
                      arrows.stream()
                          .filter(b -> a.to().equals(b.from()))
                          .map(b -> new Arrow(a.from(), b.to())))
              .collect(Collectors.toSet());
      grew = all.addAll(further);
    }
    return all;
  }

  private static Set<Arrow> dependencies(JavaClasses classes) {
    return classes.stream()
        .flatMap(origin -> origin.getDirectDependenciesFromSelf().stream())
        .flatMap(
            dependency ->
                moduleOf(dependency.getOriginClass())
                    .flatMap(
                        from ->
                            moduleOf(dependency.getTargetClass()).map(to -> new Arrow(from, to)))
                    .stream())
        .filter(arrow -> !arrow.from().equals(arrow.to()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Optional<String> moduleOf(JavaClass type) {
    return MODULE_OF_PACKAGE.entrySet().stream()
        .filter(
            entry ->
                type.getPackageName().equals(entry.getKey())
                    || type.getPackageName().startsWith(entry.getKey() + "."))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
