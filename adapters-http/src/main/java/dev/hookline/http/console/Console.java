package dev.hookline.http.console;

import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.replay.PreviewReplay;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayPipelines;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.http.doctor.SignatureDoctor;
import dev.hookline.http.intake.ClientAddress;
import dev.hookline.http.intake.UnprovenDeliveries;
import dev.hookline.http.operator.AdminToken;
import dev.hookline.http.operator.Guesses.Look;
import dev.hookline.http.operator.InvalidRequestException;
import dev.hookline.http.operator.OperatorLog;
import dev.hookline.http.operator.OperatorLog.Caller;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.ByteBudget;
import dev.hookline.http.server.Errors;
import dev.hookline.http.server.Request;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  static final String SIGNATURES = ROOT + "/signatures";
  static final String SIGN_IN = ROOT + "/login";
  static final String SIGN_OUT = ROOT + "/logout";
  static final String LIVE = ROOT + "/live";
  private static final String HOME = "/";
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final Pattern PIPELINE = Pattern.compile(PIPELINES + "/([^/]+)");
  private static final Pattern PIPELINE_PART =
      Pattern.compile(PIPELINES + "/([^/]+)/(payload|replay)");
  private static final Pattern REFUSED_ONE = Pattern.compile(REFUSED + "/([^/]+)");
  private static final Pattern REFUSED_PART =
      Pattern.compile(REFUSED + "/([^/]+)/(payload|replay)");
  private static final Pattern SIGNATURE = Pattern.compile(SIGNATURES + "/([0-9]{1,18})");
  private static final Pattern PLACE_HERE =
      Pattern.compile(ROOT + "(/[A-Za-z0-9_/-]*)?(\\?[A-Za-z0-9_.~%+&=*-]*)?");

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
      ReplayRefused replayRefused,
      UnprovenDeliveries unproven,
      SignatureDoctor doctor) {}

  private final ClientAddress clients;
  private final SignIns signIns;
  private final Layout layout;
  private final Pages pages;
  private final Questions questions;
  private final Actions actions;
  private final LiveFeed live;
  private final ByteBudget forms = new ByteBudget(16L * Asked.MAX_FORM);

  /**
   * @param random makes what must not be guessed
   * @throws IllegalArgumentException if a trusted proxy is no network
   */
  public Console(Settings settings, Ports ports, Clock clock, SecureRandom random) {
    this(
        settings, ports, clock, random, System::nanoTime, new OperatorLog(OperatorLog.Via.CONSOLE));
  }

  Console(
      Settings settings,
      Ports ports,
      Clock clock,
      SecureRandom random,
      LongSupplier nanoTime,
      OperatorLog log) {
    this.clients = ClientAddress.behind(settings.trustedProxies());
    this.signIns = new SignIns(new AdminToken(settings.token()), random, nanoTime);
    this.layout = new Layout(clock);
    this.pages = new Pages(settings, ports, layout, clock, nanoTime);
    this.questions = new Questions(ports.previewReplay(), layout, clock);
    this.actions = new Actions(ports, layout, clock, log);
    this.live = new LiveFeed(ports.records(), ports.pauses(), nanoTime);
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
    return pageOrError(request).with("Cache-Control", "no-store");
  }

  private Answer pageOrError(Request request) {
    try {
      return page(request);
    } catch (UnreadFormException e) {
      return Errors.unread(e.why(), Asked.MAX_FORM, request.id());
    }
  }

  private static boolean reads(Request request) {
    return request.method().equals("GET") || request.method().equals("HEAD");
  }

  private Answer page(Request request) {
    String path = request.rawPath();
    if (path.equals(HOME)) {
      return reads(request) ? Answer.seeOther(ROOT) : onlyReads();
    }
    if (path.equals(SIGN_IN)) {
      return signInPage(request);
    }
    Optional<String> csrf = csrfOf(request);
    if (csrf.isEmpty()) {
      return reads(request)
          ? askForToken(401, placeOf(request), Optional.empty())
          : askForToken(401, ROOT, Optional.of("The session is over."));
    }
    var visit =
        new Visit(
            path, csrf.get(), signIns.isSignedIn(request.headers()), Caller.of(request, clients));
    try {
      return switch (request.method()) {
        case "GET", "HEAD" -> look(visit, request);
        case "POST" -> act(visit, request);
        default -> layout.problem(405, visit, "This page can be read, and its forms be sent.");
      };
    } catch (InvalidRequestException e) {
      return layout.problem(400, visit, String.valueOf(e.getMessage()));
    } catch (StoreUnavailableException _) {
      return layout
          .problem(503, visit, "The database is away. Try again in a moment.")
          .retryAfter(SOON);
    }
  }

  // Signing in

  private Optional<String> csrfOf(Request request) {
    return signIns.csrfOf(request.headers(), clients.senderOf(request.peer(), request.headers()));
  }

  private Answer signInPage(Request request) {
    if (reads(request)) {
      return askForToken(200, ROOT, Optional.empty());
    }
    if (!request.method().equals("POST")) {
      return onlyReads();
    }
    try {
      return signIn(request, Asked.inForm(request, Set.of("token", "next"), forms));
    } catch (InvalidRequestException e) {
      return askForToken(400, ROOT, Optional.ofNullable(e.getMessage()));
    }
  }

  private Answer signIn(Request request, Asked form) {
    String wanted = form.field("next");
    String next = PLACE_HERE.matcher(wanted).matches() ? wanted : ROOT;
    String sender = clients.senderOf(request.peer(), request.headers());
    return switch (signIns.look(form.field("token"), sender)) {
      case Look.Right() ->
          Answer.seeOther(next).with("Set-Cookie", cookie(signIns.begin(), request));
      case Look.Wrong() -> askForToken(401, next, Optional.of("That is not the token."));
      case Look.TooOften(Duration pause) ->
          askForToken(429, next, Optional.of("Too many wrong tokens. Try again in a moment."))
              .retryAfter(pause);
    };
  }

  private String cookie(String session, Request request) {
    String secure = clients.cameByHttps(request.peer(), request.headers()) ? "; Secure" : "";
    return "%s=%s; Path=%s; HttpOnly; SameSite=Strict%s"
        .formatted(SignIns.cookieName(request.headers()), session, ROOT, secure);
  }

  private Answer askForToken(int status, String next, Optional<String> problem) {
    Answer answer =
        layout.strangersPage(status, "Sign in", new SignInPage(next, problem).content());
    return status == 401 ? answer.with("WWW-Authenticate", "Bearer") : answer;
  }

  private Answer signOut(Request request) {
    signIns.signOut(request.headers());
    return Answer.seeOther(SIGN_IN)
        .with(
            "Set-Cookie",
            "%s=; Path=%s; HttpOnly; SameSite=Strict; Max-Age=0"
                .formatted(SignIns.cookieName(request.headers()), ROOT));
  }

  private static String placeOf(Request request) {
    String place =
        request.rawQuery().isEmpty()
            ? request.rawPath()
            : request.rawPath() + "?" + request.rawQuery();
    return request.rawPath().equals(LIVE) ? ROOT : place;
  }

  // Looking and doing

  private Answer look(Visit visit, Request request) {
    return switch (visit.path()) {
      case ROOT -> pages.overview(visit);
      case PIPELINES -> pages.pipelines(visit, request);
      case REFUSED -> pages.refused(visit, request);
      case PAUSES -> pages.pauses(visit, request);
      case SIGNATURES -> pages.signatures(visit);
      case REPLAY_PIPELINES -> questions.replay(visit, Asked.inQuery(request, Asked.PIPELINES));
      case PAUSE -> questions.pause(visit, Asked.inQuery(request, Asked.SCOPE));
      case RESUME -> questions.resume(visit, Asked.inQuery(request, Asked.SCOPE));
      case LIVE -> live.open(() -> csrfOf(request).isPresent());
      default -> lookAtOne(visit, request);
    };
  }

  private Answer lookAtOne(Visit visit, Request request) {
    Matcher pipeline = PIPELINE.matcher(visit.path());
    if (pipeline.matches()) {
      return pages.pipeline(visit, request, pipeline.group(1));
    }
    Matcher part = PIPELINE_PART.matcher(visit.path());
    if (part.matches()) {
      return part.group(2).equals("payload")
          ? pages.payloadOfPipeline(visit, part.group(1))
          : pages.withPipeline(
              visit, part.group(1), found -> questions.replay(visit, found.pipeline()));
    }
    Matcher refused = REFUSED_ONE.matcher(visit.path());
    if (refused.matches()) {
      return pages.refused(visit, refused.group(1));
    }
    Matcher refusedPart = REFUSED_PART.matcher(visit.path());
    if (refusedPart.matches()) {
      return refusedPart.group(2).equals("payload")
          ? pages.payloadOfRefused(visit, refusedPart.group(1))
          : pages.withRefused(visit, refusedPart.group(1), found -> questions.replay(visit, found));
    }
    Matcher signature = SIGNATURE.matcher(visit.path());
    if (signature.matches()) {
      return pages.signature(visit, Long.parseLong(signature.group(1)));
    }
    return layout.missing(visit);
  }

  private Answer act(Visit visit, Request request) {
    return switch (visit.path()) {
      case SIGN_OUT -> checked(visit, request, Set.of(), _ -> signOut(request));
      case REPLAY_PIPELINES ->
          checked(visit, request, Asked.PIPELINES, form -> actions.replayMany(visit, form));
      case PAUSE -> checked(visit, request, Asked.SCOPE, form -> actions.pause(visit, form));
      case RESUME -> checked(visit, request, Asked.SCOPE, form -> actions.resume(visit, form));
      default -> actOnOne(visit, request);
    };
  }

  private Answer actOnOne(Visit visit, Request request) {
    Matcher pipeline = PIPELINE_PART.matcher(visit.path());
    if (pipeline.matches() && pipeline.group(2).equals("replay")) {
      return checked(visit, request, Set.of(), _ -> actions.replay(visit, pipeline.group(1)));
    }
    Matcher refused = REFUSED_PART.matcher(visit.path());
    if (refused.matches() && refused.group(2).equals("replay")) {
      return checked(visit, request, Set.of(), _ -> actions.replayRefused(visit, refused.group(1)));
    }
    return layout.missing(visit);
  }

  /** Takes the action if the form was made for this visitor. */
  private Answer checked(
      Visit visit, Request request, Set<String> known, Function<Asked, Answer> action) {
    Asked form = Asked.inForm(request, known, forms);
    return SignIns.same(form.field("csrf"), visit.csrf())
        ? action.apply(form)
        : layout.problem(
            403,
            visit,
            "This form is not from this session. Go back, reload the page, and try again.");
  }

  private static Answer onlyReads() {
    return Answer.empty(405).with("Allow", "GET, HEAD");
  }
}
