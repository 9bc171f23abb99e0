package dev.hookline.bootstrap.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.bootstrap.config.Unreadable;
import dev.hookline.bootstrap.load.Bodies;
import dev.hookline.bootstrap.load.Figures;
import dev.hookline.bootstrap.load.Findings;
import dev.hookline.bootstrap.load.LatencyPlot;
import dev.hookline.bootstrap.load.LoadPlan;
import dev.hookline.bootstrap.load.LoadPlan.Senders;
import dev.hookline.bootstrap.load.LoadPlan.Shares;
import dev.hookline.bootstrap.load.LoadRun;
import dev.hookline.bootstrap.load.OnRecord;
import dev.hookline.bootstrap.load.Provider;
import dev.hookline.bootstrap.load.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Load an intake that runs, measure it, and check that nothing was lost, doubled, misordered"
          + " or forged.",
      ""
    })
final class LoadCommand implements Callable<Integer> {
  private static final int MAX_CONNECTIONS = 10_000;
  private static final int MAX_REPOSITORIES = 1_000_000;
  private static final int MAX_SIZE = 100 * 1024 * 1024;
  private static final double MAX_SPECIAL = 0.9;

  /** The intake's clock and this one may differ by so much. */
  private static final Duration SKEW = Duration.ofMinutes(10);

  /** How long a signal waits for what is under way, a little more than an answer may take. */
  private static final Duration GRACE = Duration.ofSeconds(35);

  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DestinationOptions destination = new DestinationOptions();

  @Option(
      names = "--service",
      paramLabel = "SERVICE",
      description = "github, slack or linear (${DEFAULT-VALUE})")
  private String service = "github";

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "deliveries planned per second (as many as the connections carry)")
  private Optional<String> rate = Optional.empty();

  @Option(
      names = "--duration",
      paramLabel = "SPAN",
      description = "how long it measures, such as PT2M, 30s or 2m (${DEFAULT-VALUE})")
  private String duration = "PT30S";

  @Option(
      names = "--warmup",
      paramLabel = "SPAN",
      description = "how long it sends before it measures (${DEFAULT-VALUE})")
  private String warmup = "PT5S";

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "at once, each with one delivery at a time (${DEFAULT-VALUE})")
  private int connections = 64;

  @Option(
      names = "--from",
      split = ",",
      paramLabel = "ADDRESS",
      description = "addresses of this machine that the connections come from, in turn (any)")
  private List<String> from = List.of();

  @Option(
      names = "--give-up",
      paramLabel = "SPAN",
      description = "with --rate, do not send what finds no connection free for so long (it waits)")
  private String giveUp = "PT0S";

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "of a made-up body (${DEFAULT-VALUE})")
  private int size = 15_360;

  @Option(
      names = "--body",
      paramLabel = "FILE",
      description = "send this JSON instead of made-up bodies; repeatable, taken in turn")
  private List<String> bodies = List.of();

  @Option(
      names = "--event",
      paramLabel = "TYPE",
      description = "the bodies' event type, where it stands in a header (issue_comment, Issue)")
  private Optional<String> event = Optional.empty();

  @Option(
      names = "--repositories",
      paramLabel = "N",
      description = "spread GitHub's deliveries over so many (${DEFAULT-VALUE})")
  private int repositories = 1000;

  @Option(
      names = "--duplicates",
      paramLabel = "SHARE",
      description = "this share comes again though it was acknowledged, such as 0.05 or 5%%")
  private String duplicates = "0";

  @Option(
      names = "--tampered",
      paramLabel = "SHARE",
      description = "this share is changed after it was signed")
  private String tampered = "0";

  @Option(
      names = "--stale",
      paramLabel = "SHARE",
      description = "this share has a time long past (slack, linear)")
  private String stale = "0";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "decides which delivery is what (${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(names = "--json", description = "one JSON object")
  private boolean json;

  @Option(
      names = "--histogram",
      paramLabel = "FILE",
      description = "write all percentiles there, as HdrHistogram prints them")
  private Optional<String> histogram = Optional.empty();

  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description = "draw latency and rate over time there")
  private Optional<String> plot = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "FILE.csv",
      description = "write rate and latency second by second there")
  private Optional<String> samples = Optional.empty();

  @Option(
      names = "--admin",
      paramLabel = "URL",
      description = "the admin endpoint to check with (the up that runs here, else admin.port)")
  private Optional<String> admin = Optional.empty();

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "what the admin endpoint wants to see (admin.token)")
  private Optional<String> token = Optional.empty();

  @Option(
      names = "--settle",
      paramLabel = "SPAN",
      description = "how long the check waits for the dispatches (${DEFAULT-VALUE})")
  private String settle = "PT60S";

  @Option(names = "--no-check", description = "do not check what became of the deliveries")
  private boolean unchecked;

  private final Surroundings around;

  LoadCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    Provider provider =
        Provider.of(service)
            .orElseThrow(() -> CommandException.notOneOf("--service", Provider.names(), service));
    Settings settings = options.load(around, Role.TOOL).settings();
    LoadPlan plan = plan(settings, provider);
    Duration patience = SpanOption.parse("--settle", settle);
    URI adminUrl = destination.admin(around, settings, "--admin", admin);
    Optional<String> adminToken = token.or(() -> settings.admin().token().map(SecretSource::first));
    requireWritable("--histogram", histogram);
    requireWritable("--plot", plot);
    requireWritable("--samples", samples);
    Instant since = around.clock().instant().minus(SKEW);
    var run = new LoadRun(plan, new SecureRandom().nextLong(), around.clock());
    try (var progress = new ProgressLine(around, json);
        var interruption = new Interruption(run)) {
      Figures figures = run(run, plan, progress);
      Optional<Findings> findings = Optional.empty();
      if (interruption.hasCome()) {
        around.err().println("hookline: interrupted; what was sent is not checked");
      } else if (!unchecked) {
        var records = new OnRecord(adminUrl, adminToken, service, since);
        findings = check(run, records, patience, progress, interruption);
      }
      progress.clear();
      print(plan, figures, findings);
      complain(figures, findings);
      if (run.isExhausted()) {
        warn("it stopped before its time, after as many deliveries as one run can tell apart");
      }
      around.out().flush();
      write(plan, figures);
      boolean good = findings.map(Findings::isClean).orElse(unchecked) && figures.accepted() > 0;
      return interruption.ends(good && !interruption.hasCome() ? ExitCode.DONE : ExitCode.FAILED);
    }
  }

  private LoadPlan plan(Settings settings, Provider provider) {
    require(
        connections >= 1 && connections <= MAX_CONNECTIONS,
        "--connections: from 1 to %d, not %d".formatted(MAX_CONNECTIONS, connections));
    require(
        repositories >= 1 && repositories <= MAX_REPOSITORIES,
        "--repositories: from 1 to %d, not %d".formatted(MAX_REPOSITORIES, repositories));
    int least = Bodies.minimumSize(provider);
    require(
        size >= least && size <= MAX_SIZE,
        "--size: from %d to %d, not %d".formatted(least, MAX_SIZE, size));
    var shares =
        new Shares(
            share("--duplicates", duplicates),
            share("--tampered", tampered),
            share("--stale", stale));
    require(
        shares.stale() == 0 || provider.signsTime(),
        "--stale: %s signs no time".formatted(provider.service()));
    require(
        shares.duplicates() + shares.tampered() + shares.stale() <= MAX_SPECIAL,
        "--duplicates, --tampered and --stale: together at most %s".formatted(MAX_SPECIAL));
    Duration span = SpanOption.parse("--duration", duration);
    require(!span.isZero(), "--duration: more than nothing");
    String type = event.orElse(provider.event());
    require(type.matches("[A-Za-z_]{1,64}"), "--event: not an event type");
    return new LoadPlan(
        destination.intake(around, settings, service),
        provider,
        destination.secret(around, settings, service),
        rate.map(LoadCommand::perSecond).orElse(0.0),
        span,
        SpanOption.parse("--warmup", warmup),
        new Senders(
            connections,
            from.stream().map(LoadCommand::address).toList(),
            SpanOption.parse("--give-up", giveUp)),
        readBodies(provider),
        size,
        type,
        repositories,
        shares,
        beyondTolerance(settings),
        seed);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw CommandException.usage(otherwise);
    }
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      throw CommandException.usage(
          "--from: not an address: \"%s\"".formatted(Table.printable(text)));
    }
  }

  private static double perSecond(String text) {
    try {
      double number = new BigDecimal(text).doubleValue();
      require(number >= 0.01 && number <= 1e6, "--rate: from 0.01 to 1000000, not " + text);
      return number;
    } catch (NumberFormatException _) {
      throw CommandException.usage("--rate: not a number: \"%s\"".formatted(Table.printable(text)));
    }
  }

  private static double share(String option, String text) {
    try {
      boolean percent = text.endsWith("%");
      BigDecimal number =
          percent
              ? new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2)
              : new BigDecimal(text);
      double share = number.doubleValue();
      require(
          share == 0 || (share >= Shares.STEP && share <= MAX_SPECIAL),
          "%s: nothing, or from %s to %s, not %s"
              .formatted(option, Shares.STEP, MAX_SPECIAL, text));
      return share;
    } catch (NumberFormatException _) {
      throw CommandException.usage(
          "%s: not a share such as 0.05 or 5%%: \"%s\"".formatted(option, Table.printable(text)));
    }
  }

  private Duration beyondTolerance(Settings settings) {
    return settings.services().values().stream()
        .filter(known -> known.service().name().equals(service))
        .findFirst()
        .flatMap(ServiceSettings::tolerance)
        .orElse(Duration.ZERO)
        .plusDays(1);
  }

  private List<byte[]> readBodies(Provider provider) {
    var read = new ArrayList<byte[]>();
    for (String file : bodies) {
      Path path = around.folder().resolve(file);
      byte[] body = Surroundings.read("--body", path);
      require(
          Bodies.real(provider, body).isPresent(),
          "--body: %s is no JSON object as %s sends it".formatted(path, service));
      read.add(body);
    }
    return read;
  }

  private void requireWritable(String option, Optional<String> file) {
    file.map(name -> around.folder().resolve(name).toAbsolutePath())
        .ifPresent(
            path -> {
              // Not asked for but done: nothing else tells of quotas and file systems.
              try {
                Files.newOutputStream(path, CREATE, APPEND).close();
              } catch (IOException e) {
                throw CommandException.usage(
                    "%s: cannot write %s (%s)".formatted(option, path, Unreadable.reason(e)));
              }
            });
  }

  private static Figures run(LoadRun run, LoadPlan plan, ProgressLine progress)
      throws InterruptedException {
    try {
      return run.run(sample -> show(sample, plan, progress));
    } catch (UncheckedIOException e) {
      String why = e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
      throw CommandException.failed("%s: %s".formatted(e.getMessage(), why));
    }
  }

  private static void show(Sample sample, LoadPlan plan, ProgressLine progress) {
    if (sample.second() <= 0) {
      progress.show("warming up, %.0f s to go".formatted(-sample.second()));
      return;
    }
    long seconds = plan.duration().toSeconds();
    progress.show(
        sample.second(),
        (double) Math.max(1, seconds),
        "%.0f of %d s: %.0f/s accepted, p50 %.1f ms, p99 %.1f ms, max %.1f ms"
            .formatted(
                sample.second(), seconds, sample.rate(), sample.p50(), sample.p99(), sample.max()));
  }

  private void write(LoadPlan plan, Figures figures) {
    try {
      writeFiles(plan, figures);
    } catch (IOException e) {
      throw CommandException.failed("cannot write what was measured: " + e.getMessage());
    }
  }

  private void writeFiles(LoadPlan plan, Figures figures) throws IOException {
    if (histogram.isPresent()) {
      var text = new ByteArrayOutputStream();
      Histogram latency = figures.latency();
      latency.outputPercentileDistribution(
          new PrintStream(text, true, StandardCharsets.UTF_8), 1000.0);
      Files.write(around.folder().resolve(histogram.get()), text.toByteArray());
    }
    if (plot.isPresent()) {
      String title =
          "%s, %s, %d connections"
              .formatted(
                  plan.url(),
                  plan.rate() > 0
                      ? BigDecimal.valueOf(plan.rate()).stripTrailingZeros().toPlainString()
                          + "/s planned"
                      : "as fast as it goes",
                  plan.senders().connections());
      Files.writeString(
          around.folder().resolve(plot.get()), LatencyPlot.of(title, figures.samples()));
    }
    if (samples.isPresent()) {
      Files.write(
          around.folder().resolve(samples.get()),
          Stream.concat(
                  Stream.of("second,accepted_per_second,others_per_second,p50_ms,p99_ms,max_ms"),
                  figures.samples().stream().map(LoadCommand::row))
              .toList());
    }
  }

  private static String row(Sample sample) {
    return String.format(
        Locale.ROOT,
        "%.3f,%.1f,%.1f,%.3f,%.3f,%.3f",
        sample.second(),
        sample.rate(),
        sample.others(),
        sample.p50(),
        sample.p99(),
        sample.max());
  }

  private Optional<Findings> check(
      LoadRun run,
      OnRecord records,
      Duration patience,
      ProgressLine progress,
      Interruption interruption) {
    try (records) {
      interruption.alsoEnds(Thread.currentThread());
      return Optional.of(run.check(records).look(patience, progress::show));
    } catch (InterruptedException _) {
      progress.clear();
      around.err().println("hookline: interrupted in the check, which has no result");
      return Optional.empty();
    } catch (IOException e) {
      progress.clear();
      around
          .err()
          .println(
              "hookline: not checked, since the admin endpoint cannot be asked: %s (--admin, or"
                      .formatted(e.getMessage())
                  + " --no-check)");
      return Optional.empty();
    }
  }

  private void print(LoadPlan plan, Figures figures, Optional<Findings> findings) {
    if (json) {
      around.out().println(asJson(plan, figures, findings));
      return;
    }
    var table = new Table(List.of("FIGURE", "VALUE"));
    table.row("accepted", Long.toString(figures.accepted()));
    table.row("accepted/s", decimal(figures.rate(), 1));
    table.row("seconds", decimal(figures.seconds(), 1));
    for (Map.Entry<String, Long> status : figures.statuses().entrySet()) {
      table.row("answered " + status.getKey(), Long.toString(status.getValue()));
    }
    table.row("p50 ms", decimal(figures.percentile(50), 3));
    table.row("p90 ms", decimal(figures.percentile(90), 3));
    table.row("p99 ms", decimal(figures.percentile(99), 3));
    table.row("p99.9 ms", decimal(figures.percentile(99.9), 3));
    table.row("max ms", decimal(figures.max(), 3));
    table.row("bytes/s", decimal(figures.bytesPerSecond(), 0));
    table.row("own CPU/request us", decimal(figures.cpuMicros(), 1));
    table.row("late", Long.toString(figures.late()));
    table.row("given up", Long.toString(figures.givenUp()));
    table.row("unsent", Long.toString(figures.unsent()));
    findings.ifPresent(
        found -> {
          table.row("lost", Long.toString(found.lost()));
          table.row("doubled", Long.toString(found.doubled()));
          table.row("misordered", Long.toString(found.misordered()));
          table.row("forged", Long.toString(found.forged()));
          table.row("undispatched", Long.toString(found.undispatched()));
        });
    around.out().print(table.text(around.colours()));
  }

  private static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private static BigDecimal rounded(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
  }

  private static String asJson(LoadPlan plan, Figures figures, Optional<Findings> findings) {
    ObjectNode whole = JsonMapper.builder().build().createObjectNode();
    whole.put("accepted", figures.accepted());
    whole.put("seconds", rounded(figures.seconds(), 3));
    whole.put("rate", rounded(figures.rate(), 1));
    ObjectNode statuses = whole.putObject("statuses");
    figures.statuses().forEach(statuses::put);
    ObjectNode latency = whole.putObject("latency_ms");
    latency.put("p50", rounded(figures.percentile(50), 3));
    latency.put("p90", rounded(figures.percentile(90), 3));
    latency.put("p99", rounded(figures.percentile(99), 3));
    latency.put("p99_9", rounded(figures.percentile(99.9), 3));
    latency.put("max", rounded(figures.max(), 3));
    put(whole, "lost", findings.map(Findings::lost));
    put(whole, "doubled", findings.map(Findings::doubled));
    put(whole, "misordered", findings.map(Findings::misordered));
    put(whole, "forged", findings.map(Findings::forged));
    put(whole, "undispatched", findings.map(Findings::undispatched));
    whole.put("refused", figures.refused());
    whole.put("late", figures.late());
    whole.put("given_up", figures.givenUp());
    whole.put("unsent", figures.unsent());
    whole.put("in_time", figures.within(plan.provider().patience()));
    ObjectNode turnedAway = whole.putObject("turned_away_ms");
    turnedAway.put("p50", rounded(figures.percentileTurnedAway(50), 3));
    turnedAway.put("p99", rounded(figures.percentileTurnedAway(99), 3));
    whole.put("began", figures.began().toString());
    whole.put("bytes_per_second", rounded(figures.bytesPerSecond(), 0));
    whole.put("cpu_us_per_request", rounded(figures.cpuMicros(), 1));
    return whole.toString();
  }

  private static void put(ObjectNode whole, String name, Optional<Long> value) {
    value.ifPresentOrElse(number -> whole.put(name, number), () -> whole.putNull(name));
  }

  /** What the figures alone do not tell. */
  private void complain(Figures figures, Optional<Findings> findings) {
    if (figures.accepted() == 0) {
      warn("nothing was accepted");
    }
    if (figures.statuses().containsKey("429")) {
      warn("429: the intake limits the rate; raise services.%s.rate-limit".formatted(service));
    }
    if (figures.refused() > 0) {
      warn(
          "%d were acknowledged, but cannot be used: is a repository mapped, and the event supported?"
              .formatted(figures.refused()));
    }
    if (figures.unsent() > 0) {
      warn(
          "%d were planned and not sent: the rate is more than the intake takes over these connections"
              .formatted(figures.unsent()));
    }
    findings
        .filter(found -> found.undispatched() > 0)
        .ifPresent(found -> warn("%d are not dispatched".formatted(found.undispatched())));
  }

  private void warn(String text) {
    around.err().println("hookline: " + text);
  }

  /**
   * What a signal does: stop the run and let its figures be printed, and only then end the process,
   * which the JVM by itself would do in the middle.
   */
  private static final class Interruption implements AutoCloseable {
    private final CountDownLatch printed = new CountDownLatch(1);
    private final Thread onSignal;
    private volatile boolean come;
    private volatile @Nullable Thread waiting;
    private volatile int exitCode = ExitCode.FAILED;

    Interruption(LoadRun run) {
      onSignal = new Thread(() -> stop(run), "shutdown");
      Runtime.getRuntime().addShutdownHook(onSignal);
    }

    boolean hasCome() {
      return come;
    }

    /** The run is over: from now on it is this thread that has to be stopped. */
    void alsoEnds(Thread thread) {
      waiting = thread;
    }

    int ends(int code) {
      exitCode = code;
      return code;
    }

    private void stop(LoadRun run) {
      come = true;
      run.stop();
      Thread inCheck = waiting;
      if (inCheck != null) {
        inCheck.interrupt();
      }
      try {
        if (!printed.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
          exitCode = ExitCode.FAILED;
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      Runtime.getRuntime().halt(exitCode);
    }

    @Override
    public void close() {
      printed.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(onSignal);
      } catch (IllegalStateException _) {
        // It is running: a signal has come.
      }
    }
  }
}
