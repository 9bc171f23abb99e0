package dev.hookline.domain.pipeline;

import static dev.hookline.testing.Samples.anEvent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.Glob;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.Route.Match;
import dev.hookline.testing.Samples.EventBuilder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {
  private static final Optional<Service> GITHUB = Optional.of(new Service("github"));
  private static final Optional<Glob> NO_GLOB = Optional.empty();
  private static final Optional<String> NO_TEXT = Optional.empty();

  @Test
  void firstRouteThatMatchesDecides() {
    var routes =
        new Routes(
            List.of(
                new Route(ofType("push"), List.of("ci", "stream")),
                new Route(ofType("pu*"), List.of("never")),
                new Route(Match.EVERYTHING, List.of("stream"))));

    assertEquals(List.of("ci", "stream"), routes.targetsOf(anEvent().eventType("push").build()));
    assertEquals(List.of("stream"), routes.targetsOf(anEvent().eventType("star").build()));
    assertEquals(Set.of("ci", "stream", "never"), routes.targets());
  }

  @Test
  void eventThatNoRouteMatchesGoesNowhere() {
    var routes = new Routes(List.of(new Route(ofType("push"), List.of("ci"))));

    assertEquals(List.of(), routes.targetsOf(anEvent().eventType("star").build()));
  }

  @Test
  void routeWithoutTargetsKeepsItsEventsFromTheRest() {
    var routes =
        new Routes(
            List.of(
                new Route(ofType("push"), List.of()),
                new Route(Match.EVERYTHING, List.of("stream"))));

    assertEquals(List.of(), routes.targetsOf(anEvent().eventType("push").build()));
  }

  @Test
  void allConditionsMustHold() {
    var match =
        new Match(
            GITHUB,
            Optional.of(new Glob("push")),
            Optional.of(new Glob("octo/*")),
            Optional.of("/deploy"));
    StandardizedEvent fitting = push().build();

    assertTrue(match.holds(fitting));
    assertFalse(match.holds(push().service(new Service("linear")).build()));
    assertFalse(match.holds(push().eventType("star").build()));
    assertFalse(match.holds(push().repository("other/widgets").build()));
    assertFalse(match.holds(push().userRequest("deploy").build()));
  }

  @ParameterizedTest
  @CsvSource({
    "push, push, , true",
    "push, pushes, , false",
    "Push, push, , false",
    "*, push, , true",
    "pull_request, pull_request, opened, true",
    "pull_request.opened, pull_request, opened, true",
    "pull_request.closed, pull_request, opened, false",
    "pull_request.opened, pull_request, , false",
    "*.opened, pull_request, opened, true",
    "pull_*, pull_request, opened, true",
    "pull_request.*, pull_request, opened, true",
    "pull_request.*, pull_request, , false",
    "Issue, Issue.create, create, true",
    "Issue.create, Issue.create, create, true",
    "Issue.*, Issue.create, create, true",
    "Issue.remove, Issue.create, create, false",
    "Issue.create.create, Issue.create, create, false",
    "IssueLabel, Issue.create, create, false",
    "slash_command./deploy, slash_command, /deploy, true"
  })
  void typeFitsAloneOrWithItsAction(
      String pattern, String type, @Nullable String action, boolean fits) {
    var event = anEvent().eventType(type);
    if (action != null) {
      event.action(action);
    }

    assertEquals(fits, ofType(pattern).holds(event.build()));
  }

  @ParameterizedTest
  @CsvSource({
    "octo/*, octo/widgets, true",
    "OCTO/Widgets, octo/widgets, true",
    "octo/*, octopus/widgets, false",
    "*/widgets, octo/widgets, true"
  })
  void repositoryFitsInAnyCase(String pattern, String repository, boolean fits) {
    var match = new Match(Optional.empty(), NO_GLOB, Optional.of(new Glob(pattern)), NO_TEXT);

    assertEquals(fits, match.holds(anEvent().repository(repository).build()));
  }

  @Test
  void requestIsComparedWithoutTheWhiteSpaceBeforeIt() {
    var match = new Match(Optional.empty(), NO_GLOB, NO_GLOB, Optional.of("/deploy "));

    assertTrue(match.holds(anEvent().userRequest("\n  /deploy now").build()));
    assertFalse(match.holds(anEvent().userRequest("/deployment").build()));
    assertFalse(match.holds(anEvent().userRequest("please /deploy now").build()));
    assertFalse(match.holds(anEvent().userRequest("/Deploy now").build()));
    assertFalse(match.holds(anEvent().userRequest(null).build()));
  }

  @Test
  void onlyOneTargetIsKnownWithoutTheEvent() {
    assertEquals(Optional.of("log"), Routes.toOnly("log").only());
    assertEquals(List.of("log"), Routes.toOnly("log").targetsOf(anEvent().build()));
    assertEquals(Optional.of("ci"), routes(ofType("*"), "ci").only());
    assertEquals(Optional.empty(), routes(ofType("push"), "ci").only());
    assertEquals(Optional.empty(), routes(Match.EVERYTHING, "ci", "stream").only());
    assertEquals(Optional.empty(), routes(Match.EVERYTHING).only());
    assertEquals(Optional.empty(), new Routes(List.of()).only());
  }

  @Test
  void targetNamedTwiceIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Route(Match.EVERYTHING, List.of("ci", "stream", "ci")));
  }

  private static Match ofType(String pattern) {
    return new Match(Optional.empty(), Optional.of(new Glob(pattern)), NO_GLOB, NO_TEXT);
  }

  private static Routes routes(Match match, String... targets) {
    return new Routes(List.of(new Route(match, List.of(targets))));
  }

  private static EventBuilder push() {
    return anEvent().eventType("push").userRequest("/deploy now");
  }
}
