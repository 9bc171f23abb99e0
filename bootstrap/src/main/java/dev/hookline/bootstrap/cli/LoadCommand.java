package dev.hookline.bootstrap.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import dev.hookline.bootstrap.config.SecretSource;
import dev.hookline.bootstrap.config.Settings;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.config.Settings.ServiceSettings;
import dev.hookline.bootstrap.config.Unreadable;
import dev.hookline.bootstrap.load.Bodies;
import dev.hookline.bootstrap.load.Figures;
import dev.hookline.bootstrap.load.Findings;
import dev.hookline.bootstrap.load.LoadPlan;
import dev.hookline.bootstrap.load.LoadPlan.Senders;
import dev.hookline.bootstrap.load.LoadPlan.Shares;
import dev.hookline.bootstrap.load.LoadRun;
import dev.hookline.bootstrap.load.OnRecord;
import dev.hookline.bootstrap.load.Provider;
import dev.hookline.bootstrap.load.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
      var report = new LoadReport(plan, figures, findings);
      if (json) {
        around.out().println(report.json());
      } else {
        around.out().print(report.table().text(around.colours()));
      }
      report.complaints().forEach(this::warn);
      if (run.isExhausted()) {
        warn("it stopped before its time, after as many deliveries as one run can tell apart");
      }
      around.out().flush();
      write(histogram, report::histogram);
      write(plot, report::plot);
      write(samples, report::samples);
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

  private void write(Optional<String> file, Supplier<String> text) {
    try {
      if (file.isPresent()) {
        Files.writeString(around.folder().resolve(file.get()), text.get());
      }
    } catch (IOException e) {
      throw CommandException.failed("cannot write what was measured: " + e.getMessage());
    }
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

  private void warn(String text) {
    around.err().println("hookline: " + text);
  }
}
