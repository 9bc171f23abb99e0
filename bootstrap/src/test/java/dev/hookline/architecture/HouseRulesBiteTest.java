package dev.hookline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.hookline.application.offender.KnowsTheRoot;
import dev.hookline.application.offender.NotFinal;
import dev.hookline.application.offender.SpeaksSql;
import dev.hookline.domain.offender.SpeaksJson;
import dev.hookline.http.offender.ComparesByEquals;
import dev.hookline.http.offender.KnowsTheQueue;
import dev.hookline.http.offender.PrintsImpl;
import dev.hookline.http.testing.WritesMarkupAsItCame;
import dev.hookline.persistence.offender.KeepsThePace;
import dev.hookline.persistence.offender.KnowsHttp;
import dev.hookline.persistence.offender.ReadsTheClock;
import dev.hookline.persistence.offender.SendsToKafka;
import dev.hookline.queue.offender.KnowsPersistence;
import dev.hookline.queue.offender.OwnsNothing;
import dev.hookline.queue.offender.RollsDice;
import dev.hookline.queue.offender.TellsACollector;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A rule never seen red is decoration: each of them catches its offender. */
class HouseRulesBiteTest {
  private static final Map<String, List<Class<?>>> OFFENDERS =
      Map.ofEntries(
          Map.entry("the_domain_knows_the_jdk_alone", List.of(SpeaksJson.class)),
          Map.entry("use_cases_know_the_domain_alone", List.of(SpeaksSql.class)),
          Map.entry("http_knows_no_other_adapter", List.of(KnowsTheQueue.class)),
          Map.entry("persistence_knows_no_other_adapter", List.of(KnowsHttp.class)),
          Map.entry("the_queue_knows_no_other_adapter", List.of(KnowsPersistence.class)),
          Map.entry("nobody_knows_the_composition_root", List.of(KnowsTheRoot.class)),
          Map.entry("the_helidon_server_lives_in_http", List.of(OwnsNothing.class)),
          Map.entry("sql_lives_in_persistence", List.of(SpeaksSql.class)),
          Map.entry("json_lives_in_http", List.of(SpeaksJson.class)),
          Map.entry("kafka_lives_in_the_queue", List.of(SendsToKafka.class)),
          Map.entry("metrics_live_in_http", List.of(OwnsNothing.class)),
          Map.entry("opentelemetry_lives_in_one_package", List.of(TellsACollector.class)),
          Map.entry("circuits_live_in_the_queue", List.of(KeepsThePace.class)),
          Map.entry("rates_are_kept_at_the_edges", List.of(KeepsThePace.class)),
          Map.entry("time_is_passed_in", List.of(ReadsTheClock.class)),
          Map.entry("chance_is_passed_in", List.of(RollsDice.class)),
          Map.entry(
              "signatures_and_tokens_are_compared_by_message_digest",
              List.of(ComparesByEquals.class)),
          Map.entry("everything_on_a_page_is_escaped", List.of(WritesMarkupAsItCame.class)),
          Map.entry("use_cases_are_final", List.of(NotFinal.class)),
          Map.entry("packages_form_no_cycle", List.of(KnowsTheQueue.class, OwnsNothing.class)),
          Map.entry("nobody_prints", List.of(PrintsImpl.class)),
          Map.entry("names_say_what_things_do", List.of(PrintsImpl.class)));

  static Stream<Field> rules() {
    return Arrays.stream(HouseRulesTest.class.getDeclaredFields())
        .filter(field -> field.isAnnotationPresent(ArchTest.class));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyRuleCatchesItsOffender(Field rule) throws IllegalAccessException {
    List<Class<?>> offenders = OFFENDERS.get(rule.getName());
    JavaClasses guilty = new ClassFileImporter().importClasses(offenders);
    var result = ((ArchRule) rule.get(null)).evaluate(guilty);
    assertTrue(result.hasViolation(), () -> rule.getName() + " lets " + offenders + " pass");
  }

  @Test
  void everyWayAroundTheEscaperIsFound() {
    var result =
        HouseRulesTest.everything_on_a_page_is_escaped.evaluate(
            new ClassFileImporter().importClasses(WritesMarkupAsItCame.class));
    assertEquals(
        WritesMarkupAsItCame.WAYS, result.getFailureReport().getDetails().size(), result::toString);
  }

  @Test
  void everyRuleHasAnOffender() {
    var named = new TreeSet<>(rules().map(Field::getName).toList());
    assertEquals(named, new TreeSet<>(OFFENDERS.keySet()));
  }
}
