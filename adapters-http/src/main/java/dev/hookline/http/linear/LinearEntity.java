package dev.hookline.http.linear;

import dev.hookline.http.json.Payload;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an event is about: the entity itself, the issue that it belongs to, and from these the team
 * and the project, each by whichever of their names the payload has.
 */
final class LinearEntity {
  private static final Pattern IDENTIFIER = Pattern.compile("([A-Za-z0-9_]{1,32})-[0-9]{1,12}");
  private static final Pattern IN_URL =
      Pattern.compile(
          "https://linear\\.app(?:/[^/?#]+)?/issue/([A-Za-z0-9_]{1,32}-[0-9]{1,12})(?:[/?#]|$)");

  private final String type;
  private final Payload payload;
  private final Optional<Payload> data;
  private final Optional<Payload> issue;

  private LinearEntity(
      String type, Payload payload, Optional<Payload> data, Optional<Payload> issue) {
    this.type = type;
    this.payload = payload;
    this.data = data;
    this.issue = issue;
  }

  static LinearEntity of(LinearMessage message) {
    Payload payload = message.payload();
    Optional<Payload> data = payload.object("data");
    Optional<Payload> issue =
        switch (message.type()) {
          case "Issue" -> data;
          case "IssueSLA" -> payload.object("issueData");
          case "AgentSessionEvent" -> payload.object("agentSession", "issue");
          case "AppUserNotification" -> payload.object("notification", "issue");
          default -> payload.object("data", "issue");
        };
    return new LinearEntity(message.type(), payload, data, issue);
  }

  /** What a person wrote, in an issue, a comment, an update or to an agent. */
  Optional<String> request(Optional<String> action) {
    return switch (type) {
      case "Issue" -> words(data, "description").or(() -> words(data, "title"));
      case "Comment", "ProjectUpdate", "InitiativeUpdate" -> words(data, "body");
      case "AgentSessionEvent" -> askedOfAgent(action);
      case "AppUserNotification" ->
          payload
              .words("notification", "comment", "body")
              .or(() -> words(issue, "description"))
              .or(() -> words(issue, "title"));
      default -> Optional.empty();
    };
  }

  private Optional<String> askedOfAgent(Optional<String> action) {
    if (action.filter("prompted"::equals).isPresent()) {
      return payload
          .words("agentActivity", "content", "body")
          .or(() -> payload.words("agentActivity", "body"));
    }
    return payload
        .words("agentSession", "comment", "body")
        .or(() -> words(issue, "description"))
        .or(() -> words(issue, "title"));
  }

  /** The id of who did it, or the name where no id is known. */
  Optional<String> sender() {
    return who()
        .flatMap(person -> person.words("id"))
        .or(() -> payload.words("agentActivity", "userId"))
        .or(() -> payload.words("notification", "actorId"))
        .or(this::senderName);
  }

  Optional<String> senderName() {
    return who().flatMap(person -> person.words("name"));
  }

  /** Id and name are one person's, so the first with an id is taken, or else with a name. */
  private Optional<Payload> who() {
    // Automations open an agent's session without a creator; who then writes to it is asking.
    List<Payload> people =
        Stream.of(
                payload.object("actor"),
                payload.object("agentSession", "creator"),
                payload.object("agentActivity", "user"),
                payload.object("agentActivity", "content", "user"),
                payload.object("notification", "actor"))
            .flatMap(Optional::stream)
            .toList();
    return Stream.of("id", "name")
        .flatMap(field -> people.stream().filter(person -> person.words(field).isPresent()))
        .findFirst();
  }

  Optional<String> id() {
    return words(data, "id").or(() -> payload.words("agentSession", "id"));
  }

  /** {@code ENG-123}: as sent, or made of team and number, or out of an address of Linear's. */
  Optional<String> identifier() {
    return words(issue, "identifier")
        .or(
            () ->
                words(issue, "team", "key")
                    .flatMap(
                        key ->
                            issue
                                .flatMap(found -> found.whole("number"))
                                .map(number -> key + "-" + number)))
        .or(() -> ownUrls().flatMap(url -> identifierIn(url).stream()).findFirst());
  }

  private static Optional<String> identifierIn(String url) {
    Matcher found = IN_URL.matcher(url);
    return found.lookingAt() ? Optional.of(found.group(1)) : Optional.empty();
  }

  Optional<String> url() {
    return Stream.of(payload.words("url"), words(data, "url"), words(issue, "url"))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * Addresses that Linear made. An attachment's is whatever somebody linked to, an issue of another
   * team for one, and must not choose the mapping.
   */
  private Stream<String> ownUrls() {
    boolean linearMadeIt = type.equals("Issue") || type.equals("Comment");
    Optional<String> ofData = words(data, "url");
    return Stream.of(
            payload.words("url").filter(url -> linearMadeIt || !ofData.equals(Optional.of(url))),
            ofData.filter(_ -> linearMadeIt),
            words(issue, "url"))
        .flatMap(Optional::stream);
  }

  /** Every name of every team it belongs to: keys first, then ids. */
  Set<String> teams() {
    var teams = new LinkedHashSet<String>();
    teamKey().ifPresent(teams::add);
    for (var holder : List.of(data, issue)) {
      words(holder, "team", "key").ifPresent(teams::add);
      holder.ifPresent(
          found -> found.objects("teams").forEach(team -> team.words("key").ifPresent(teams::add)));
    }
    for (var holder : List.of(data, issue)) {
      words(holder, "teamId").ifPresent(teams::add);
      words(holder, "team", "id").ifPresent(teams::add);
      holder.ifPresent(
          found -> {
            teams.addAll(found.texts("teamIds"));
            found.objects("teams").forEach(team -> team.words("id").ifPresent(teams::add));
          });
    }
    payload.words("notification", "teamId").ifPresent(teams::add);
    payload.words("notification", "team", "key").ifPresent(teams::add);
    payload.words("notification", "team", "id").ifPresent(teams::add);
    return teams;
  }

  /** The team's short name, which every identifier starts with. */
  Optional<String> teamKey() {
    return words(issue, "team", "key")
        .or(() -> words(data, "team", "key"))
        .or(
            () ->
                identifier()
                    .map(IDENTIFIER::matcher)
                    .filter(Matcher::matches)
                    .map(m -> m.group(1)));
  }

  Optional<String> teamId() {
    return words(issue, "teamId")
        .or(() -> words(issue, "team", "id"))
        .or(() -> words(data, "teamId"))
        .or(() -> words(data, "team", "id"));
  }

  List<String> teamIds() {
    return data.map(found -> found.texts("teamIds")).orElse(List.of());
  }

  /** The project's id. */
  Optional<String> project() {
    if (type.equals("Project")) {
      return words(data, "id");
    }
    return words(data, "projectId")
        .or(() -> words(data, "project", "id"))
        .or(() -> words(issue, "projectId"))
        .or(() -> words(issue, "project", "id"))
        .or(() -> words(data, "projectUpdate", "projectId"))
        .or(() -> words(data, "projectUpdate", "project", "id"))
        .or(() -> payload.words("notification", "document", "projectId"));
  }

  /** The names of its labels, or of its issue's. */
  List<String> labels() {
    return Stream.of(data, issue)
        .flatMap(Optional::stream)
        .flatMap(holder -> holder.objects("labels").stream())
        .flatMap(label -> label.words("name").stream())
        .distinct()
        .toList();
  }

  Optional<String> state() {
    return words(issue, "state", "name").or(() -> words(data, "state"));
  }

  Optional<String> assignee() {
    return words(issue, "assigneeId").or(() -> words(issue, "assignee", "id"));
  }

  private static Optional<String> words(Optional<Payload> holder, String... path) {
    return holder.flatMap(found -> found.words(path));
  }
}
