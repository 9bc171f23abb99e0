package dev.hookline.http.slack;

import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.json.Payload;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What makes two deliveries of Slack the same, for it names only some of them. */
final class SlackKeys {
  private static final String NONE = "-";

  private SlackKeys() {}

  /** Two apps in one workspace can get the same event id, so it does not stand alone. */
  static DeliveryKey ofEvent(Payload payload, String eventId) {
    return keyOf(
        payload.words("api_app_id").orElse(NONE)
            + "/"
            + payload.words("team_id").orElse(NONE)
            + "/"
            + eventId);
  }

  static DeliveryKey ofCommand(String triggerId) {
    return keyOf("slash:" + triggerId);
  }

  static DeliveryKey ofInteraction(String id) {
    return keyOf("interactive:" + id);
  }

  /**
   * The trigger's id, or what else tells this interaction from others of its type: the moment of
   * the action, or the state in which a view was closed. Failing that, the digest of the body: a
   * menu that looks for its options as somebody types sends nothing that is unique.
   */
  static String interactionId(String type, Payload payload, RawBody json) {
    return payload
        .text("trigger_id")
        .filter(id -> DeliveryKey.of(id).isPresent())
        .or(() -> moment(type, payload))
        .orElseGet(() -> HexFormat.of().formatHex(json.digest()));
  }

  private static Optional<String> moment(String type, Payload payload) {
    Optional<String> when =
        SlackReader.first(payload, "actions.0.action_ts", "action_ts")
            .or(() -> type.equals("view_closed") ? closing(payload) : Optional.empty());
    return when.map(
        moment ->
            keyOf(
                    Stream.of("team.id", "user.id", "callback_id")
                        .map(path -> SlackReader.first(payload, path).orElse(NONE))
                        .collect(Collectors.joining("/", type + "/", "/" + moment)))
                .value());
  }

  private static Optional<String> closing(Payload payload) {
    return payload
        .words("view", "id")
        .flatMap(id -> payload.words("view", "hash").map(hash -> id + "/" + hash));
  }

  /** The text itself, or its SHA-256 where it is too long or holds what a key cannot. */
  private static DeliveryKey keyOf(String text) {
    return DeliveryKey.of(text)
        .orElseGet(
            () -> {
              byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
              return new DeliveryKey(HexFormat.of().formatHex(RawBody.of(bytes).digest()));
            });
  }
}
