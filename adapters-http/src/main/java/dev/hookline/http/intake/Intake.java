package dev.hookline.http.intake;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.receive.AdmitSender;
import dev.hookline.application.receive.Receipt;
import dev.hookline.application.receive.ReceiveWebhook;
import dev.hookline.application.receive.WebhookMetrics.Status;
import dev.hookline.application.receive.WebhookTracing;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.error.WebhookError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.InvalidPayloadError;
import dev.hookline.domain.error.WebhookError.EventStandardizationError.RepositoryContextError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError;
import dev.hookline.domain.error.WebhookError.InvalidSignatureError.Cause;
import dev.hookline.domain.error.WebhookError.OverloadedError;
import dev.hookline.domain.error.WebhookError.RateLimitError;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.pipeline.Origin;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.trace.TraceContext;
import dev.hookline.http.json.JsonText;
import dev.hookline.http.provider.Dialect.AcceptedAnswer;
import dev.hookline.http.provider.MediaType;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.BodyReading;
import dev.hookline.http.server.ByteBudget;
import dev.hookline.http.server.Errors;
import dev.hookline.http.server.Request;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Turns a request into a delivery, hands it to the use case, and its receipt into the answer. */
final class Intake {
  private static final String PATH = "/webhooks/";
  private static final Duration SOON = Duration.ofSeconds(1);

  /**
   * How fine PostgreSQL's times are. A finer time of receipt, which some events take for their own,
   * would be another one when the delivery is read again.
   */
  private static final Duration STORED = Duration.of(1, ChronoUnit.MICROS);

  private final Map<String, EnabledService> services;
  private final ClientAddress clients;
  private final Predicate<InetAddress> isMany;
  private final int maxBodyBytes;
  private final ByteBudget budget;
  private final AdmitSender admit;
  private final ReceiveWebhook receive;
  private final Outcomes outcomes;
  private final UnprovenDeliveries unproven;
  private final WebhookTracing tracing;
  private final Clock clock;
  private final Strangers strangers = new Strangers(System::nanoTime);

  /**
   * @param isMany whether many senders have that address, so that it is none's own
   */
  Intake(
      Collection<EnabledService> services,
      ClientAddress clients,
      Predicate<InetAddress> isMany,
      int maxBodyBytes,
      ByteBudget budget,
      AdmitSender admit,
      ReceiveWebhook receive,
      Outcomes outcomes,
      UnprovenDeliveries unproven,
      WebhookTracing tracing,
      Clock clock) {
    this.services =
        services.stream()
            .collect(Collectors.toMap(enabled -> enabled.service().name(), Function.identity()));
    this.clients = clients;
    this.isMany = isMany;
    this.maxBodyBytes = maxBodyBytes;
    this.budget = budget;
    this.admit = admit;
    this.receive = receive;
    this.outcomes = outcomes;
    this.unproven = unproven;
    this.tracing = tracing;
    this.clock = Clock.tick(clock, STORED);
  }

  Answer answer(Request request) {
    Answer answer = answerAtOnce(request);
    return isForStrangers(answer.status())
        ? answer.heldFor(strangers.hold(addressOf(request)))
        : answer;
  }

  /** What is answered before anything was shown to be authentic. */
  private static boolean isForStrangers(int status) {
    return switch (status) {
      case 401, 404, 405, 413, 415, 429 -> true;
      default -> false;
    };
  }

  private String addressOf(Request request) {
    return clients.addressOf(request.peer(), request.headers());
  }

  /** Whose part of the budget a body takes while it is read. */
  private Optional<String> senderOf(Request request) {
    InetAddress address = clients.of(request.peer(), request.headers());
    return isMany.test(address) ? Optional.empty() : Optional.of(Network.senderOf(address));
  }

  private Answer answerAtOnce(Request request) {
    Optional<String> name = serviceIn(request.rawPath());
    if (name.isEmpty()) {
      return Errors.answer(404, "NotFoundError", "there is nothing at this path", request.id());
    }
    EnabledService enabled = services.get(name.get());
    if (enabled == null) {
      return Errors.answer(
          404, "UnknownServiceError", "no service of this name is enabled here", request.id());
    }
    if (!request.method().equals("POST")) {
      return Errors.answer(
              405, "MethodNotAllowedError", "deliveries are sent with POST", request.id())
          .with("Allow", "POST");
    }
    return receive(request, enabled);
  }

  /** The name of a service, known or not, in a path as it was sent; empty in any other path. */
  static Optional<String> serviceIn(String rawPath) {
    String name = rawPath.startsWith(PATH) ? rawPath.substring(PATH.length()) : "";
    return name.isEmpty() || name.indexOf('/') >= 0 ? Optional.empty() : Optional.of(name);
  }

  private Answer receive(Request request, EnabledService enabled) {
    Optional<TraceContext> sender =
        TraceContext.read(
            request.headers().all("traceparent"), request.headers().all("tracestate"));
    WebhookTracing.Step span =
        tracing.begin(enabled.service(), sender, clients.isTrusted(request.peer()));
    var outcome = outcomes.begin(enabled.service(), request.id(), span);
    var origin = new Origin(Optional.of(request.id()), span.context().or(() -> sender));
    Answer answer = receive(request, enabled, origin, outcome);
    outcome.answered(answer.status());
    return answer;
  }

  private Answer receive(
      Request request, EnabledService enabled, Origin origin, Outcomes.Running outcome) {
    try {
      return read(request, enabled, origin, outcome);
    } catch (StoreUnavailableException e) {
      outcome.unavailable(e);
      return Errors.answer(new OverloadedError(SOON), request.id());
    } catch (RuntimeException | Error defect) {
      outcome.defect(defect);
      return Errors.internal(request.id());
    }
  }

  private Answer read(
      Request request, EnabledService enabled, Origin origin, Outcomes.Running outcome) {
    String client = addressOf(request);
    var tooFast = admit.admit(enabled.service(), client);
    if (tooFast.isPresent()) {
      outcome.turnedAway(Status.RATE_LIMITED);
      return Errors.answer(tooFast.get(), request.id());
    }
    Optional<String> mediaType =
        MediaType.in(request.headers()).filter(enabled.dialect().profile().mediaTypes()::contains);
    if (mediaType.isEmpty() || isEncoded(request.headers())) {
      outcome.turnedAway(Status.UNSUPPORTED_MEDIA_TYPE);
      return Errors.answer(
          415,
          "UnsupportedMediaTypeError",
          "the content type must be one of %s, without content encoding"
              .formatted(enabled.dialect().profile().mediaTypes().stream().sorted().toList()),
          request.id());
    }
    // Who waits to be told to go on is told instead; what others send is read, whatever it is.
    boolean waits = request.expectsContinue() && request.declaredLength() <= maxBodyBytes;
    if (waits && !enabled.dialect().isWorthReading(request.headers())) {
      outcome.turnedAway(Status.INVALID_SIGNATURE);
      unproven.keep(enabled.service(), request.headers(), Optional.empty(), client);
      return Errors.answer(new InvalidSignatureError(Cause.NOT_PROVEN), request.id());
    }
    return switch (request.readBody(maxBodyBytes, budget, senderOf(request))) {
      case BodyReading.Complete(RawBody body) -> {
        var delivery =
            new Delivery(enabled.service(), request.headers(), body, clock.instant(), client);
        yield deliver(delivery, enabled, mediaType.get(), request.id(), origin, outcome);
      }
      case BodyReading.Failed failed -> {
        outcome.turnedAway(Outcomes.statusOf(failed));
        yield Errors.unread(failed, maxBodyBytes, request.id());
      }
    };
  }

  private Answer deliver(
      Delivery delivery,
      EnabledService enabled,
      String mediaType,
      String requestId,
      Origin origin,
      Outcomes.Running outcome) {
    if (enabled.dialect().isUnsignedCheck(delivery)) {
      outcome.unsignedCheck();
      return Answer.empty(200);
    }
    Receipt receipt = receive.receive(delivery, enabled.profile(), origin);
    outcome.received(receipt);
    if (receipt instanceof Receipt.Refused(InvalidSignatureError _, _)) {
      unproven.keep(
          delivery.service(),
          delivery.headers(),
          Optional.of(delivery.body()),
          delivery.remoteAddress());
    }
    AcceptedAnswer success = enabled.dialect().acceptedAnswer(mediaType);
    return switch (receipt) {
      case Receipt.Accepted(var id, _, _) -> accepted(success, id, _ -> {});
      case Receipt.Duplicate(var first, boolean reopened, _) ->
          accepted(
              success,
              first,
              json -> {
                json.writeBooleanField("duplicate", true);
                if (reopened) {
                  json.writeBooleanField("reopened", true);
                }
              });
      case Receipt.Handshake(var fields) -> handshake(fields);
      case Receipt.Refused(var error, var kept) ->
          kept.isPresent() && enabled.refuseWith() == RefuseWith.ACKNOWLEDGE && isUnwanted(error)
              ? acknowledged(success, error, requestId)
              : Errors.answer(error, requestId);
    };
  }

  private static Answer accepted(AcceptedAnswer success, PipelineId id, JsonText.Content more) {
    Answer answer =
        success.empty()
            ? Answer.empty(success.status())
            : Answer.json(
                success.status(),
                json -> {
                  json.writeStartObject();
                  json.writeStringField("status", "accepted");
                  json.writeStringField("pipeline_id", id.toString());
                  more.write(json);
                  json.writeEndObject();
                });
    return answer.with("X-Pipeline-Id", id.toString());
  }

  private static Answer handshake(Map<String, String> fields) {
    return fields.isEmpty()
        ? Answer.empty(200)
        : Answer.json(
            200,
            json -> {
              json.writeStartObject();
              for (var field : fields.entrySet()) {
                json.writeStringField(field.getKey(), field.getValue());
              }
              json.writeEndObject();
            });
  }

  /** A malformed payload is not among them: no mapping will ever mend it. */
  private static boolean isUnwanted(WebhookError error) {
    return switch (error) {
      case UnsupportedEventError _, RepositoryContextError _ -> true;
      case InvalidPayloadError _, InvalidSignatureError _, RateLimitError _, OverloadedError _ ->
          false;
    };
  }

  private static Answer acknowledged(AcceptedAnswer success, WebhookError error, String requestId) {
    return success.empty()
        ? Answer.empty(success.status())
        : Answer.json(
            success.status(),
            json -> {
              json.writeStartObject();
              json.writeStringField("status", "refused");
              json.writeStringField("error", error.name());
              json.writeStringField("request_id", requestId);
              json.writeEndObject();
            });
  }

  private static boolean isEncoded(Headers headers) {
    return headers.all("Content-Encoding").stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .map(String::strip)
        .anyMatch(coding -> !coding.equalsIgnoreCase("identity"));
  }
}
