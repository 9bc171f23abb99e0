package dev.hookline.http.console;

import static j2html.TagCreator.a;
import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.text;
import static j2html.TagCreator.ul;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.PreviewReplay;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayPipelines;
import dev.hookline.application.replay.ReplayPreview;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.intake.ClientAddress;
import dev.hookline.http.operator.AdminToken;
import dev.hookline.http.operator.InvalidRequestException;
import dev.hookline.http.operator.Parameters;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.BodyReading;
import dev.hookline.http.server.ByteBudget;
import dev.hookline.http.server.Request;
import j2html.tags.DomContent;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The console: what operators look at and do, as pages that work without a script. Whoever calls it
 * has checked host name and origin; it asks for the token itself, and checks each form.
 */
public final class Console implements AutoCloseable {
  static final String ROOT = "/console";
  static final String PIPELINES = ROOT + "/pipelines";
  static final String REPLAY_PIPELINES = PIPELINES + "/replay";
  static final String REFUSED = ROOT + "/refused";
  static final String PAUSES = ROOT + "/pauses";
  static final String PAUSE = PAUSES + "/pause";
  static final String RESUME = PAUSES + "/resume";
  static final String SIGN_IN = ROOT + "/login";
  static final String SIGN_OUT = ROOT + "/logout";
  static final String LIVE = ROOT + "/live";
  private static final String HOME = "/";

  private static final Pattern PIPELINE = Pattern.compile(PIPELINES + "/([^/]+)");
  private static final Pattern PIPELINE_PART =
      Pattern.compile(PIPELINES + "/([^/]+)/(payload|replay)");
  private static final Pattern REFUSED_ONE = Pattern.compile(REFUSED + "/([^/]+)");
  private static final Pattern REFUSED_PART =
      Pattern.compile(REFUSED + "/([^/]+)/(payload|replay)");
  private static final Pattern PLACE_HERE =
      Pattern.compile(ROOT + "(/[A-Za-z0-9_/-]*)?(\\?[A-Za-z0-9_.~%+&=*-]*)?");

  private static final Set<String> PIPELINES_QUERY =
      Set.of("state", "service", "event_type", "repository", "since", "until", "within");
  private static final Set<String> REFUSED_QUERY =
      Set.of("service", "event_type", "error", "since", "until", "within");
  private static final Set<String> SCOPE = Set.of("service", "target");
  private static final Set<String> CSRF = Set.of("csrf");
  private static final Set<String> PLACE = Set.of("cursor", "done");

  private static final int MINUTES = 60;
  private static final int PER_PAGE = 50;
  private static final int NEWEST = 10;

  /** A refused delivery is read with its body. */
  private static final int REFUSED_PER_PAGE = 25;

  private static final int MOST_PREVIEWED = 200;
  private static final int MOST_REPLAYED = 10_000;
  private static final int MAX_FORM = 16 * 1024;
  private static final Duration FRESH = Duration.ofSeconds(2);

  /**
   * What the outside decides.
   *
   * @param token asked for at each request, so that it can change; empty lets everybody in
   * @param trustedProxies networks whose forwarding headers are believed
   * @param services that there are, by name
   * @param targets that are known here, by name
   */
  public record Settings(
      Supplier<Optional<String>> token,
      List<String> trustedProxies,
      List<String> services,
      List<String> targets) {
    public Settings {
      trustedProxies = List.copyOf(trustedProxies);
      services = List.copyOf(services);
      targets = List.copyOf(targets);
    }
  }

  /** What is behind the pages. */
  public record Ports(
      Records records,
      RefusedDeliveries refusals,
      Pauses pauses,
      ReplayPipeline replayOne,
      ReplayPipelines replayMany,
      PreviewReplay previewReplay,
      ReplayRefused replayRefused) {}

  private final Settings settings;
  private final Ports ports;
  private final Clock clock;
  private final ClientAddress clients;
  private final SignIns signIns;
  private final Layout layout;
  private final LiveFeed live;
  private final Remembered<Activity> hour;
  private final ByteBudget forms = new ByteBudget(16L * MAX_FORM);

  /**
   * @param random makes what must not be guessed
   * @throws IllegalArgumentException if a trusted proxy is no network
   */
  public Console(Settings settings, Ports ports, Clock clock, SecureRandom random) {
    this(settings, ports, clock, random, System::nanoTime);
  }

  Console(Settings settings, Ports ports, Clock clock, SecureRandom random, LongSupplier nanoTime) {
    this.settings = settings;
    this.ports = ports;
    this.clock = clock;
    this.clients = ClientAddress.behind(settings.trustedProxies());
    this.signIns = new SignIns(new AdminToken(settings.token()), random, nanoTime);
    this.layout = new Layout(clock);
    this.live = new LiveFeed(ports.records(), ports.pauses(), nanoTime);
    this.hour = new Remembered<>(this::readHour, FRESH, nanoTime);
  }

  /** Whether a path is the console's. */
  public static boolean has(String path) {
    return path.equals(HOME) || path.equals(ROOT) || path.startsWith(ROOT + "/");
  }

  /** Ends the streams of open pages; other requests are still answered. */
  @Override
  public void close() {
    live.close();
  }

  /** Answers a request whose path it {@link #has}. */
  @SuppressWarnings("exports") // The admin server alone calls it.
  public Answer answer(Request request) {
    Answer answer = safely(request);
    for (var header : HEADERS.entrySet()) {
      answer = answer.with(header.getKey(), header.getValue());
    }
    return answer;
  }

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          // Not "no-referrer": with that a form's Origin would be null.
          "Referrer-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  private Answer safely(Request request) {
    Optional<StaticFile> file = StaticFile.at(request.rawPath());
    if (file.isPresent()) {
      return reads(request) ? file.get().answer(request) : onlyReads();
    }
    return page(request).with("Cache-Control", "no-store");
  }

  private static boolean reads(Request request) {
    return request.method().equals("GET") || request.method().equals("HEAD");
  }

  private Answer page(Request request) {
    String path = request.rawPath();
    if (path.equals(HOME)) {
      return reads(request) ? seeOther(ROOT) : onlyReads();
    }
    if (path.equals(SIGN_IN)) {
      return signInPage(request);
    }
    Optional<String> csrf = signIns.csrfOf(request.headers());
    if (csrf.isEmpty()) {
      return reads(request)
          ? askForToken(401, placeOf(request), Optional.empty())
          : askForToken(401, ROOT, Optional.of("The session is over."));
    }
    var visit = new Visit(path, csrf.get(), signIns.isSignedIn(request.headers()));
    try {
      return switch (request.method()) {
        case "GET", "HEAD" -> look(visit, request);
        case "POST" -> act(visit, request);
        default -> problem(405, visit, "This page can be read, and its forms be sent.");
      };
    } catch (InvalidRequestException e) {
      return problem(400, visit, String.valueOf(e.getMessage()));
    } catch (StoreUnavailableException _) {
      return problem(503, visit, "The database is away. Try again in a moment.")
          .with("Retry-After", "1");
    }
  }

  // Signing in

  private Answer signInPage(Request request) {
    if (reads(request)) {
      return askForToken(200, ROOT, Optional.empty());
    }
    if (!request.method().equals("POST")) {
      return onlyReads();
    }
    try {
      return signIn(request, form(request, Set.of("token", "next")));
    } catch (InvalidRequestException e) {
      return askForToken(400, ROOT, Optional.ofNullable(e.getMessage()));
    }
  }

  private Answer signIn(Request request, Parameters form) {
    String wanted = form.field("next");
    String next = PLACE_HERE.matcher(wanted).matches() ? wanted : ROOT;
    return switch (signIns.signIn(
        form.field("token"), clients.senderOf(request.peer(), request.headers()))) {
      case SignIns.SignIn.Done(String session) ->
          seeOther(next).with("Set-Cookie", cookie(session, request));
      case SignIns.SignIn.Wrong() -> askForToken(401, next, Optional.of("That is not the token."));
      case SignIns.SignIn.TooOften(Duration pause) ->
          askForToken(429, next, Optional.of("Too many wrong tokens. Try again in a moment."))
              .with("Retry-After", Long.toString(pause.plusSeconds(1).toSeconds()));
    };
  }

  private String cookie(String session, Request request) {
    String secure = clients.cameByHttps(request.peer(), request.headers()) ? "; Secure" : "";
    return "%s=%s; Path=%s; HttpOnly; SameSite=Strict%s"
        .formatted(SignIns.COOKIE, session, ROOT, secure);
  }

  private Answer askForToken(int status, String next, Optional<String> problem) {
    Answer answer =
        layout.strangersPage(status, "Sign in", new SignInPage(next, problem).content());
    return status == 401 ? answer.with("WWW-Authenticate", "Bearer") : answer;
  }

  private Answer signOut(Request request) {
    signIns.signOut(request.headers());
    return seeOther(SIGN_IN)
        .with(
            "Set-Cookie",
            "%s=; Path=%s; HttpOnly; SameSite=Strict; Max-Age=0".formatted(SignIns.COOKIE, ROOT));
  }

  private static String placeOf(Request request) {
    String place =
        request.rawQuery().isEmpty()
            ? request.rawPath()
            : request.rawPath() + "?" + request.rawQuery();
    return request.rawPath().equals(LIVE) ? ROOT : place;
  }

  // Looking

  private Answer look(Visit visit, Request request) {
    return switch (visit.path()) {
      case ROOT -> overview(visit);
      case PIPELINES -> pipelines(visit, request);
      case REFUSED -> refused(visit, request);
      case PAUSES -> pauses(visit, request);
      case REPLAY_PIPELINES -> askToReplay(visit, query(request, union(PIPELINES_QUERY, PLACE)));
      case PAUSE -> askToPause(visit, query(request, SCOPE));
      case RESUME -> askToResume(visit, query(request, SCOPE));
      case LIVE -> live.open(() -> signIns.csrfOf(request.headers()).isPresent());
      default -> lookAtOne(visit, request);
    };
  }

  private Answer lookAtOne(Visit visit, Request request) {
    Matcher pipeline = PIPELINE.matcher(visit.path());
    if (pipeline.matches()) {
      return pipeline(pipeline.group(1))
          .map(
              found ->
                  layout.page(
                      200,
                      visit,
                      found.pipeline().service() + " " + found.pipeline().eventType(),
                      new PipelinePage(found, done(query(request, PLACE))).content()))
          .orElseGet(() -> missing(visit));
    }
    Matcher part = PIPELINE_PART.matcher(visit.path());
    if (part.matches()) {
      return pipeline(part.group(1))
          .map(
              found ->
                  part.group(2).equals("payload")
                      ? Payload.download(found.event().rawPayload(), found.pipeline().id() + ".bin")
                      : askToReplay(visit, found.pipeline()))
          .orElseGet(() -> missing(visit));
    }
    Matcher refused = REFUSED_ONE.matcher(visit.path());
    if (refused.matches()) {
      return refused(refused.group(1))
          .map(
              found ->
                  layout.page(
                      200, visit, "Refused delivery", RefusedPage.one(found, Optional.empty())))
          .orElseGet(() -> missing(visit));
    }
    Matcher refusedPart = REFUSED_PART.matcher(visit.path());
    if (refusedPart.matches()) {
      return refused(refusedPart.group(1))
          .map(
              found ->
                  refusedPart.group(2).equals("payload")
                      ? Payload.download(found.delivery().body(), found.id() + ".bin")
                      : askToReplay(visit, found))
          .orElseGet(() -> missing(visit));
    }
    return missing(visit);
  }

  private Answer overview(Visit visit) {
    var page =
        new OverviewPage(
            ports.records().outboxDepth(),
            ports.records().standings(),
            lastHour(),
            ports.pauses().list(),
            ports.records().pipelines(PipelineFilter.ALL, Optional.empty(), NEWEST).items());
    return layout.page(200, visit, "Overview", page.content());
  }

  private Optional<Activity> lastHour() {
    try {
      return Optional.of(hour.get());
    } catch (StoreUnavailableException _) {
      // Perhaps only this took too long: the page says so, and shows the rest if it can.
      return Optional.empty();
    }
  }

  private Activity readHour() {
    Instant since =
        clock.instant().truncatedTo(ChronoUnit.MINUTES).minus(MINUTES - 1, ChronoUnit.MINUTES);
    return ports.records().activity(since, MINUTES);
  }

  private Answer pipelines(Visit visit, Request request) {
    Parameters asked = query(request, union(PIPELINES_QUERY, PLACE));
    Parameters resolved = resolved(asked, PIPELINES_QUERY);
    Page<PipelineView> part =
        ports.records().pipelines(resolved.pipelineFilter(), asked.cursor(), PER_PAGE);
    var page =
        new PipelinesPage(
            part, narrowing(asked), asked.cursor().isEmpty(), settings.services(), done(asked));
    return layout.page(200, visit, "Pipelines", page.content());
  }

  private Answer refused(Visit visit, Request request) {
    Parameters asked = query(request, union(REFUSED_QUERY, PLACE));
    Parameters resolved = resolved(asked, REFUSED_QUERY);
    Page<RefusedDelivery> part =
        ports.records().refused(resolved.refusedFilter(), asked.cursor(), REFUSED_PER_PAGE);
    return layout.page(
        200,
        visit,
        "Refused deliveries",
        RefusedPage.list(
            part, narrowing(asked), asked.cursor().isEmpty(), settings.services(), done(asked)));
  }

  private Answer pauses(Visit visit, Request request) {
    var page =
        new PausesPage(
            ports.pauses().list(),
            settings.services(),
            settings.targets(),
            done(query(request, PLACE)));
    return layout.page(200, visit, "Pauses", page.content());
  }

  private Optional<PipelineView.Detailed> pipeline(String id) {
    return PipelineId.parse(id).flatMap(ports.records()::pipeline);
  }

  private Optional<RefusedDelivery> refused(String id) {
    return PipelineId.parse(id).map(PipelineId::value).flatMap(this::refusedDelivery);
  }

  private Optional<RefusedDelivery> refusedDelivery(UUID id) {
    return ports.refusals().find(id);
  }

  // Asking before something is done

  private Answer askToReplay(Visit visit, PipelineView pipeline) {
    return ask(
        visit,
        "Replay this pipeline?",
        new Question(
            List.of(
                p(
                    text("The stored bytes of "),
                    Markup.wild(pipeline.service() + " " + pipeline.eventType()),
                    text(" for "),
                    Markup.wild(pipeline.repository()),
                    text(
                        " are read again, and dispatched again to its targets, with the same"
                            + " idempotency key."))),
            "Replay",
            PipelinePage.path(pipeline.id()) + "/replay",
            Map.of(),
            PipelinePage.path(pipeline.id())));
  }

  private Answer askToReplay(Visit visit, RefusedDelivery refused) {
    return ask(
        visit,
        "Replay this refused delivery?",
        new Question(
            List.of(
                p(
                    "It is read by today's handlers and mappings. If they take it, it becomes a"
                        + " pipeline and is dispatched; else it stays here.")),
            "Replay",
            RefusedPage.path(refused.id()) + "/replay",
            Map.of(),
            RefusedPage.path(refused.id())));
  }

  private Answer askToReplay(Visit visit, Parameters asked) {
    ReplayPreview preview =
        ports
            .previewReplay()
            .preview(resolved(asked, PIPELINES_QUERY).pipelineFilter(), MOST_PREVIEWED, _ -> {});
    boolean more = preview.replayable() >= MOST_PREVIEWED;
    var about = new ArrayList<DomContent>();
    about.add(
        p(
            more
                ? "More than %d pipelines that are over, at most %s at once, are read and dispatched again, with the same idempotency keys. Of the newest %d:"
                    .formatted(MOST_PREVIEWED, Markup.count(MOST_REPLAYED), MOST_PREVIEWED)
                : "The pipelines that are over are read and dispatched again, with the same"
                    + " idempotency keys:"));
    about.add(
        ul(
            li("%s would be replayed".formatted(Markup.count(preview.replayable()))),
            li("%s of them read otherwise today".formatted(Markup.count(preview.different()))),
            li("%s are still open, and left alone".formatted(Markup.count(preview.stillOpen()))),
            li(
                "%s cannot be read today, or their service is not enabled here"
                    .formatted(Markup.count(preview.unreadable() + preview.disabled())))));
    return ask(
        visit,
        "Replay what the filter finds?",
        new Question(
            about,
            "Replay",
            REPLAY_PIPELINES,
            narrowing(asked),
            Markup.link(PIPELINES, narrowing(asked))));
  }

  private Answer askToPause(Visit visit, Parameters asked) {
    PauseScope scope = scope(asked);
    return ask(
        visit,
        "Pause dispatching?",
        new Question(
            List.of(
                p(
                    text("From now on "),
                    Markup.wild(PausesPage.words(scope)),
                    text(
                        " waits, in all workers, until the pause is lifted. What is under way is"
                            + " finished."))),
            "Pause",
            PAUSE,
            fields(scope),
            PAUSES));
  }

  private Answer askToResume(Visit visit, Parameters asked) {
    PauseScope scope = scope(asked);
    return ask(
        visit,
        "Resume dispatching?",
        new Question(
            List.of(
                p(
                    text("The pause of "),
                    Markup.wild(PausesPage.words(scope)),
                    text(" is lifted, and what has waited is dispatched."))),
            "Resume",
            RESUME,
            fields(scope),
            PAUSES));
  }

  private static Map<String, String> fields(PauseScope scope) {
    return Map.of("service", PausesPage.service(scope), "target", scope.target().orElse(""));
  }

  private static PauseScope scope(Parameters asked) {
    return new PauseScope(
        asked.service().map(Service::new),
        asked.text("target").map(String::strip).filter(target -> !target.isEmpty()));
  }

  private Answer ask(Visit visit, String heading, Question question) {
    return layout.page(200, visit, heading, question.content(visit));
  }

  // Doing

  private Answer act(Visit visit, Request request) {
    return switch (visit.path()) {
      case SIGN_OUT -> checked(visit, request, Set.of(), _ -> signOut(request));
      case REPLAY_PIPELINES -> checked(visit, request, PIPELINES_QUERY, this::replayMany);
      case PAUSE -> checked(visit, request, SCOPE, this::pause);
      case RESUME -> checked(visit, request, SCOPE, form -> resume(visit, form));
      default -> actOnOne(visit, request);
    };
  }

  private Answer actOnOne(Visit visit, Request request) {
    Matcher pipeline = PIPELINE_PART.matcher(visit.path());
    if (pipeline.matches() && pipeline.group(2).equals("replay")) {
      return checked(visit, request, Set.of(), _ -> replay(visit, pipeline.group(1)));
    }
    Matcher refused = REFUSED_PART.matcher(visit.path());
    if (refused.matches() && refused.group(2).equals("replay")) {
      return checked(visit, request, Set.of(), _ -> replayRefused(visit, refused.group(1)));
    }
    return missing(visit);
  }

  private interface Action {
    Answer take(Parameters form);
  }

  /** Takes the action if the form was made for this visitor. */
  private Answer checked(Visit visit, Request request, Set<String> known, Action action) {
    Parameters form = form(request, union(known, CSRF));
    return SignIns.same(form.field("csrf"), visit.csrf())
        ? action.take(form)
        : problem(
            403,
            visit,
            "This form is not from this session. Go back, reload the page, and try again.");
  }

  private Answer replay(Visit visit, String id) {
    Replay replay =
        PipelineId.parse(id).map(ports.replayOne()::replay).orElseGet(Replay.Unknown::new);
    return switch (replay) {
      case Replay.Reopened() -> seeOther(PIPELINES + "/" + id + "?done=replayed");
      case Replay.StillOpen() -> problem(409, visit, "It is on its way already.");
      case Replay.Unknown() -> missing(visit);
      case Replay.ServiceDisabled(Service service) -> disabled(visit, service);
      case Replay.Unreadable(var error) ->
          problem(422, visit, "Today's handler does not take it: " + error.message());
    };
  }

  private Answer replayMany(Parameters form) {
    int replayed =
        ports.replayMany().replay(resolved(form, PIPELINES_QUERY).pipelineFilter(), MOST_REPLAYED);
    var back = new LinkedHashMap<>(narrowing(form));
    back.put("done", "replayed-" + replayed);
    return seeOther(Markup.link(PIPELINES, back));
  }

  private Answer replayRefused(Visit visit, String id) {
    ReplayRefused.Replay replay =
        PipelineId.parse(id)
            .map(parsed -> ports.replayRefused().replay(parsed.value()))
            .orElseGet(ReplayRefused.Replay.Unknown::new);
    return switch (replay) {
      case ReplayRefused.Replay.Accepted(PipelineId pipeline) ->
          seeOther(PipelinePage.path(pipeline) + "?done=accepted");
      case ReplayRefused.Replay.StillRefused(var error) ->
          problem(422, visit, "It is refused still: " + error.message());
      case ReplayRefused.Replay.ServiceDisabled(Service service) -> disabled(visit, service);
      case ReplayRefused.Replay.Unknown() -> missing(visit);
    };
  }

  private Answer pause(Parameters form) {
    ports.pauses().pause(scope(form));
    return seeOther(PAUSES + "?done=paused");
  }

  private Answer resume(Visit visit, Parameters form) {
    return ports.pauses().resume(scope(form))
        ? seeOther(PAUSES + "?done=resumed")
        : problem(409, visit, "There is no such pause any more.");
  }

  // Reading what was sent

  private static Parameters query(Request request, Set<String> known) {
    return Parameters.ofQuery(request.rawQuery(), known);
  }

  private Parameters form(Request request, Set<String> known) {
    String type = request.headers().only("Content-Type").orElse("");
    if (!type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
      throw new InvalidRequestException("this takes the forms of its pages");
    }
    if (request.readBody(MAX_FORM, forms) instanceof BodyReading.Complete(var body)) {
      return Parameters.ofQuery(new String(body.bytes(), UTF_8), known);
    }
    throw new InvalidRequestException("the form did not come in whole");
  }

  private static Set<String> union(Set<String> some, Set<String> more) {
    return Stream.concat(some.stream(), more.stream()).collect(Collectors.toUnmodifiableSet());
  }

  /** What narrows the listing, for links and forms. */
  private static Map<String, String> narrowing(Parameters asked) {
    var narrowing = new LinkedHashMap<>(asked.fields());
    narrowing.keySet().removeAll(PLACE);
    narrowing.keySet().removeAll(CSRF);
    return narrowing;
  }

  private Parameters resolved(Parameters asked, Set<String> known) {
    return Parameters.of(FilterForm.resolved(narrowing(asked), clock.instant()), known);
  }

  /** What was just done, in words of our own: anybody can write a link. */
  private static Optional<String> done(Parameters asked) {
    String done = asked.field("done");
    if (done.matches("replayed-[0-9]{1,6}")) {
      return Optional.of(
          "Opened again: %s pipelines."
              .formatted(Markup.count(Long.parseLong(done.substring("replayed-".length())))));
    }
    return switch (done) {
      case "replayed" -> Optional.of("Opened again: it is on its way.");
      case "accepted" -> Optional.of("It was taken, and is a pipeline now.");
      case "paused" -> Optional.of("Paused.");
      case "resumed" -> Optional.of("Resumed.");
      default -> Optional.empty();
    };
  }

  // Answering

  private Answer missing(Visit visit) {
    return problem(404, visit, "There is nothing here. It may have been replayed, or be too old.");
  }

  private Answer disabled(Visit visit, Service service) {
    return problem(404, visit, "The service %s is not enabled here.".formatted(service));
  }

  private Answer problem(int status, Visit visit, String what) {
    return layout.page(
        status,
        visit,
        "That did not work",
        List.of(
            Layout.notice("problem", Optional.of(what)), p(a("To the overview").withHref(ROOT))));
  }

  private static Answer seeOther(String place) {
    return Answer.empty(303).with("Location", place);
  }

  private static Answer onlyReads() {
    return Answer.empty(405).with("Allow", "GET, HEAD");
  }
}
