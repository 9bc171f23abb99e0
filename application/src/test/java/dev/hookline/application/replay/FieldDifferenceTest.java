package dev.hookline.application.replay;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.event.MetadataValue.Flag;
import dev.hookline.domain.event.MetadataValue.Text;
import dev.hookline.domain.event.MetadataValue.Texts;
import dev.hookline.domain.event.MetadataValue.Whole;
import dev.hookline.domain.event.RepositoryContext;
import dev.hookline.domain.event.StandardizedEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FieldDifferenceTest {
  private static final RawBody PAYLOAD = RawBody.of("{}".getBytes(UTF_8));
  private static final RepositoryContext WIDGETS =
      new RepositoryContext("octo", "widgets", "main", 42L, true);
  private static final StandardizedEvent THEN =
      new StandardizedEvent(
          "e1",
          GITHUB,
          "issue_comment",
          WIDGETS,
          "please look",
          NOON,
          Map.of("sender", new Text("octocat")),
          Map.of("Content-Type", "application/json"),
          PAYLOAD);

  private static FieldDifference difference(String field, MetadataValue then, MetadataValue now) {
    return new FieldDifference(field, Optional.of(then), Optional.of(now));
  }

  private static StandardizedEvent at(Instant createdAt, Map<String, MetadataValue> metadata) {
    return new StandardizedEvent(
        THEN.eventId(),
        GITHUB,
        THEN.eventType(),
        WIDGETS,
        THEN.userRequest(),
        createdAt,
        metadata,
        THEN.rawHeaders(),
        PAYLOAD);
  }

  @Test
  void sameReadingHasNoDifferences() {
    assertEquals(List.of(), FieldDifference.between(THEN, THEN));
  }

  @Test
  void everyFieldIsComparedInTheOrderOfTheJsonForm() {
    var now =
        new StandardizedEvent(
            "e2",
            new Service("linear"),
            "comment",
            new RepositoryContext("acme", "gadgets", "trunk", 7L, false),
            "look",
            NOON.plusSeconds(1),
            Map.of("sender", new Text("hubot")),
            Map.of("Content-Type", "text/json"),
            RawBody.of("{\"a\":1}".getBytes(UTF_8)));

    assertEquals(
        List.of(
            difference("event_id", new Text("e1"), new Text("e2")),
            difference("service", new Text("github"), new Text("linear")),
            difference("event_type", new Text("issue_comment"), new Text("comment")),
            difference("repository.name", new Text("widgets"), new Text("gadgets")),
            difference("repository.owner", new Text("octo"), new Text("acme")),
            difference("repository.default_branch", new Text("main"), new Text("trunk")),
            difference("repository.installation_id", new Whole(42), new Whole(7)),
            difference("repository.can_write", new Flag(true), new Flag(false)),
            difference("user_request", new Text("please look"), new Text("look")),
            difference(
                "created_at", new Text("2026-03-01T12:00:00Z"), new Text("2026-03-01T12:00:01Z")),
            difference("metadata.sender", new Text("octocat"), new Text("hubot")),
            difference(
                "raw_headers.content-type", new Text("application/json"), new Text("text/json")),
            difference(
                "raw_payload",
                new Text("2 bytes, SHA-256 44136fa355b3678a"),
                new Text("7 bytes, SHA-256 015abd7f5cc57a2d"))),
        FieldDifference.between(THEN, now));
  }

  @Test
  void whatComesOrGoesIsADifference() {
    var now =
        new StandardizedEvent(
            "e1",
            GITHUB,
            "issue_comment",
            new RepositoryContext("octo", "widgets", null, null, true),
            null,
            NOON,
            Map.of("sender", new Text("octocat"), "labels", new Texts(List.of("bug"))),
            THEN.rawHeaders(),
            PAYLOAD);

    assertEquals(
        List.of(
            gone("repository.default_branch", new Text("main")),
            gone("repository.installation_id", new Whole(42)),
            gone("user_request", new Text("please look")),
            new FieldDifference(
                "metadata.labels", Optional.empty(), Optional.of(new Texts(List.of("bug"))))),
        FieldDifference.between(THEN, now));
  }

  private static FieldDifference gone(String field, MetadataValue then) {
    return new FieldDifference(field, Optional.of(then), Optional.empty());
  }

  @Test
  void numberIsNoTextOfItsDigits() {
    assertEquals(
        List.of(difference("metadata.n", new Text("1"), new Whole(1))),
        FieldDifference.between(
            at(NOON, Map.of("n", new Text("1"))), at(NOON, Map.of("n", new Whole(1)))));
  }

  @Test
  void timesAreComparedAsFarAsTheyAreOnRecord() {
    assertEquals(
        List.of(), FieldDifference.between(at(NOON.plusNanos(999), Map.of()), at(NOON, Map.of())));
  }

  @Test
  void namesOfHeadersDifferByTheirLettersAlone() {
    var now =
        new StandardizedEvent(
            "e1",
            GITHUB,
            "issue_comment",
            WIDGETS,
            "please look",
            NOON,
            THEN.metadata(),
            Map.of("content-type", "application/json"),
            PAYLOAD);
    assertEquals(List.of(), FieldDifference.between(THEN, now));
  }
}
