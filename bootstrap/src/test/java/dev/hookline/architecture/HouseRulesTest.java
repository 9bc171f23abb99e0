package dev.hookline.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import dev.hookline.domain.handler.SignatureVerifier;
import java.io.Console;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the modules cannot say for themselves. {@link HouseRulesBiteTest} has an offender for every
 * rule here.
 */
@AnalyzeClasses(packages = "dev.hookline", importOptions = ProductionCode.class)
class HouseRulesTest {
  private static final String DOMAIN = "dev.hookline.domain..";
  private static final String APPLICATION = "dev.hookline.application..";
  private static final String HTTP = "dev.hookline.http..";
  private static final String PERSISTENCE = "dev.hookline.persistence..";
  private static final String QUEUE = "dev.hookline.queue..";
  private static final String BOOTSTRAP = "dev.hookline.bootstrap..";
  private static final String TRACES = "dev.hookline.bootstrap.traces..";

  @ArchTest
  static final ArchRule the_domain_knows_the_jdk_alone =
      classes()
          .that()
          .resideInAPackage(DOMAIN)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              DOMAIN,
              "java.lang..",
              "java.util..",
              "java.time..",
              "java.security..",
              "org.jspecify..")
          .because("the domain must outlive its frameworks");

  @ArchTest
  static final ArchRule use_cases_know_the_domain_alone =
      classes()
          .that()
          .resideInAPackage(APPLICATION)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              APPLICATION, DOMAIN, "java.lang..", "java.util..", "java.time..", "org.jspecify..")
          .because("a use case is the same whatever carries its requests and keeps its records");

  @ArchTest static final ArchRule http_knows_no_other_adapter = adapter(HTTP, PERSISTENCE, QUEUE);

  @ArchTest
  static final ArchRule persistence_knows_no_other_adapter = adapter(PERSISTENCE, HTTP, QUEUE);

  @ArchTest
  static final ArchRule the_queue_knows_no_other_adapter = adapter(QUEUE, HTTP, PERSISTENCE);

  @ArchTest
  static final ArchRule nobody_knows_the_composition_root =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN, APPLICATION, HTTP, PERSISTENCE, QUEUE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(BOOTSTRAP)
          .because("what is put together must not know who puts it together");

  @ArchTest
  static final ArchRule the_helidon_server_lives_in_http =
      owner(
          HTTP,
          "the web server can be replaced in one module",
          "io.helidon.webserver..",
          "io.helidon.http..");

  @ArchTest
  static final ArchRule sql_lives_in_persistence =
      owner(
          PERSISTENCE,
          "the schema can change without anybody else noticing",
          "java.sql..",
          "javax.sql..",
          "org.jdbi..",
          "org.postgresql..",
          "org.flywaydb..",
          "com.zaxxer.hikari..");

  @ArchTest
  static final ArchRule json_lives_in_http =
      owner(HTTP, "an event has one JSON form, made by one codec", "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule kafka_lives_in_the_queue =
      owner(QUEUE, "a broker is one target among others", "org.apache.kafka..");

  @ArchTest
  static final ArchRule metrics_live_in_http =
      owner(
          HTTP,
          "what is counted crosses through a port",
          "io.prometheus..",
          "com.github.benmanes.caffeine..");

  @ArchTest
  static final ArchRule opentelemetry_lives_in_one_package =
      noClasses()
          .that()
          .resideOutsideOfPackage(TRACES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opentelemetry..")
          .because("who does not trace is not to pay for it, not even by loading a class");

  @ArchTest
  static final ArchRule circuits_live_in_the_queue =
      owner(QUEUE, "an outage is between a target and its worker", "io.github.resilience4j..");

  @ArchTest
  static final ArchRule rates_are_kept_at_the_edges =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAIN, APPLICATION, PERSISTENCE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.github.bucket4j..")
          .because("how fast things may come in and go out is known where they do");

  @ArchTest
  static final ArchRule time_is_passed_in =
      noClasses()
          .that()
          .resideOutsideOfPackage(BOOTSTRAP)
          .should(ArchConditions.accessTargetWhere(readsTheSystemClock()))
          .because("leases, retries and replays are tested by moving a clock by hand");

  @ArchTest
  static final ArchRule chance_is_passed_in =
      noClasses()
          .that()
          .resideOutsideOfPackage(BOOTSTRAP)
          .should(ArchConditions.accessTargetWhere(rollsDice()))
          .because("a schedule in a test must be exact");

  @ArchTest
  static final ArchRule signatures_and_tokens_are_compared_by_message_digest =
      noClasses()
          .that(judgeSecrets())
          .should(ArchConditions.accessTargetWhere(comparesUntilTheFirstDifference()))
          .because("how long a comparison takes must not tell how much of a guess was right");

  @ArchTest
  static final ArchRule everything_on_a_page_is_escaped =
      noClasses()
          .should(ArchConditions.accessTargetWhere(writesMarkupAsItCame()))
          .because("what a sender wrote must never become markup, nor a script, of the console");

  @ArchTest
  static final ArchRule use_cases_are_final =
      classes()
          .that()
          .resideInAPackage(APPLICATION)
          .and()
          .areNotInterfaces()
          .and()
          .areNotEnums()
          .should()
          .haveModifier(JavaModifier.FINAL)
          .because("a use case is called, never inherited");

  @ArchTest
  static final ArchRule packages_form_no_cycle =
      slices()
          .matching("dev.hookline.(**)")
          .should()
          .beFreeOfCycles()
          .because("the way through the house is one direction each time");

  @ArchTest
  static final ArchRule nobody_prints =
      noClasses()
          .that()
          .resideOutsideOfPackage(BOOTSTRAP)
          .should(
              ArchConditions.accessTargetWhere(
                  describe(
                      "print to the console",
                      (JavaAccess<?> access) ->
                          access.getTargetOwner().isEquivalentTo(Console.class)
                              || (access.getTargetOwner().isEquivalentTo(System.class)
                                  && Set.of("out", "err").contains(access.getName())))))
          .because("standard output belongs to the commands and the log target");

  @ArchTest
  static final ArchRule names_say_what_things_do =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .because("a name that says nothing hides a thing that does too much");

  private static ArchRule adapter(String own, String... others) {
    return noClasses()
        .that()
        .resideInAPackage(own)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .because("what one adapter has and another needs crosses through a port");
  }

  private static ArchRule owner(String own, String reason, String... library) {
    return noClasses()
        .that()
        .resideInAnyPackage(DOMAIN, APPLICATION, HTTP, PERSISTENCE, QUEUE)
        .and(outside(own))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .because(reason);
  }

  private static DescribedPredicate<JavaClass> outside(String own) {
    return DescribedPredicate.not(resideInAnyPackage(own));
  }

  private static DescribedPredicate<JavaAccess<?>> readsTheSystemClock() {
    return describe(
        "read the system clock",
        access -> {
          JavaClass owner = access.getTargetOwner();
          boolean now =
              access.getName().equals("now") && owner.getPackageName().equals("java.time");
          boolean zoneless = access.getTarget().toString().contains("now(java.time.Clock)");
          return (now && !zoneless)
              || (owner.isEquivalentTo(Clock.class) && access.getName().startsWith("system"))
              || (owner.isEquivalentTo(System.class)
                  && access.getName().equals("currentTimeMillis"))
              || (owner.isEquivalentTo(Instant.class) && access.getName().equals("now"));
        });
  }

  /** Those that decide what is authentic; who only signs, as the commands do, judges nothing. */
  private static DescribedPredicate<JavaClass> judgeSecrets() {
    return describe(
        "judge signatures or tokens",
        type ->
            type.isAssignableTo(SignatureVerifier.class)
                || type.getSimpleName().endsWith("Token")
                || type.getAccessesFromSelf().stream()
                    .anyMatch(
                        access ->
                            access.getTargetOwner().isEquivalentTo(MessageDigest.class)
                                && access.getName().equals("isEqual")));
  }

  private static DescribedPredicate<JavaAccess<?>> comparesUntilTheFirstDifference() {
    return describe(
        "compare until the first difference",
        access -> {
          JavaClass owner = access.getTargetOwner();
          String name = access.getName();
          return (Set.of("equals", "deepEquals", "compareTo", "compare", "mismatch").contains(name)
                  && Set.of("String", "Arrays", "Objects", "Object", "ByteBuffer", "CharSequence")
                      .contains(owner.getSimpleName()))
              || Set.of("equalsIgnoreCase", "compareToIgnoreCase", "contentEquals").contains(name);
        });
  }

  /**
   * What j2html passes on without escaping it: raw text and whatever gives it, what is written into
   * a script or a style, and another escaper. This module does not have the library, hence names.
   */
  private static DescribedPredicate<JavaAccess<?>> writesMarkupAsItCame() {
    var raw =
        Set.of(
            "rawHtml",
            "join",
            "fileAsString",
            "styleWithInlineFile",
            "styleWithInlineFile_min",
            "scriptWithInlineFile",
            "scriptWithInlineFile_min",
            "appendUnescapedText",
            "textEscaper",
            "withTextEscaper");
    var rawTypes = Set.of("UnescapedText", "DomContentJoiner", "InlineStaticResource");
    return describe(
        "write markup as it came",
        access ->
            access.getTargetOwner().getPackageName().startsWith("j2html")
                && (raw.contains(access.getName())
                    || rawTypes.contains(access.getTargetOwner().getSimpleName())
                    || (Set.of("script", "style").contains(access.getName())
                        && access.getTarget().getFullName().contains("java.lang.String"))));
  }

  private static DescribedPredicate<JavaAccess<?>> rollsDice() {
    return describe(
        "roll dice of its own",
        access -> {
          JavaClass owner = access.getTargetOwner();
          return (owner.isEquivalentTo(UUID.class) && access.getName().equals("randomUUID"))
              || owner.isEquivalentTo(ThreadLocalRandom.class)
              || (owner.isEquivalentTo(Math.class) && access.getName().equals("random"))
              || (owner.getPackageName().equals("java.util")
                  && owner.getSimpleName().equals("Random")
                  && access.getName().equals("<init>"));
        });
  }
}
