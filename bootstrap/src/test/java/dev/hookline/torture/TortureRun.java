package dev.hookline.torture;

import dev.hookline.torture.agent.Agent;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Sets everything up, lets it happen, waits for quiet, and has it checked. */
final class TortureRun {
  private static final String[] AGENT_CLASSES = {
    "Agent", "CrashPoint", "Plants", "Rewriting", "Rewriting$1", "StandIns"
  };
  private static final Duration WARM = Duration.ofSeconds(60);

  /**
   * The second compiler is for those who live longer; here it would take the machine for itself.
   * The agent is loaded by the end alone, since Java starts without its cache where there is one.
   */
  private static final String OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+EnableDynamicAgentLoading";

  private static final int LOWEST_PORT = 20_000;
  private static final int HIGHEST_PORT = 32_000;
  private static final int PORTS_TRIED = 100;

  /** On a busy machine a connection may take longer than it is waited for. */
  private static final int AUDITS = 3;

  private final Random ports = new Random();
  private final Plan plan;
  private final Path folder;
  private final Consumer<String> progress;
  private final Ledger ledger = new Ledger();
  private final Chronicle chronicle = new Chronicle();

  /**
   * @param folder empty; what remains there tells how it came
   * @param progress told what is being done
   */
  TortureRun(Plan plan, Path folder, Consumer<String> progress) {
    this.plan = plan;
    this.folder = folder;
    this.progress = progress;
  }

  /** What a run has shown. */
  record Result(List<Finding> findings, Chronicle chronicle, Map<String, String> figures) {
    boolean holds() {
      return findings.stream().allMatch(Finding::holds);
    }

    /** The same, though some of the planned faults may not have come to pass. */
    boolean invariantsHold() {
      return findings.stream()
          .allMatch(finding -> finding.holds() || finding.meaning().equals(Checker.PLAN_KEPT));
    }

    /** Those that the product has broken, in a word each. */
    List<String> brokenInvariants() {
      return findings.stream()
          .filter(finding -> !finding.holds() && finding.invariant().startsWith("I"))
          .map(Finding::invariant)
          .toList();
    }

    String text() {
      var text = new StringBuilder();
      findings.forEach(finding -> text.append(finding.text()).append('\n'));
      figures.forEach((name, value) -> text.append("%-34s %s%n".formatted(name, value)));
      return text.toString();
    }
  }

  /** What else is done with the evidence, while the database is still there. */
  interface Inspection {
    void inspect(Result result, Evidence evidence)
        throws IOException, InterruptedException, SQLException;
  }

  Result run() throws IOException, InterruptedException, SQLException {
    return run((_, _) -> {});
  }

  /**
   * @param inspection once the checker has looked
   */
  Result run(Inspection inspection) throws IOException, InterruptedException, SQLException {
    Files.createDirectories(folder.resolve("logs"));
    Path agent = agentJar();
    progress.accept("starting PostgreSQL");
    try (var cluster = new Cluster(folder.resolve("database"));
        var proxy = new DatabaseProxy(cluster.port());
        var target = new MoodyTarget(ledger, plan.seed())) {
      Files.writeString(folder.resolve("hookline.yaml"), configuration());
      Map<String, String> environment = environment(cluster, proxy, target);
      hookline(environment, "migrate");
      Lanes.note(cluster);
      if (plan.defect().filter(Defect::dropsIndexes).isPresent()) {
        cluster.execute(
            "ALTER TABLE delivery_key DROP CONSTRAINT delivery_key_pkey,"
                + " DROP CONSTRAINT delivery_key_service_body_digest_key");
      }
      return run(cluster, proxy, target, environment, agent, inspection);
    }
  }

  private Result run(
      Cluster cluster,
      DatabaseProxy proxy,
      MoodyTarget target,
      Map<String, String> environment,
      Path agent,
      Inspection inspection)
      throws IOException, InterruptedException, SQLException {
    var faults = FaultPlan.of(plan);
    var members = new ArrayList<Member>();
    var admins = new HashMap<String, Integer>();
    var intakes = new ArrayList<Senders.Intake>();
    try {
      for (int i = 1; i <= 2; i++) {
        for (String role : List.of("serve", "worker")) {
          String name = role + i;
          var own = new HashMap<>(environment);
          int admin = freePort();
          admins.put(name, admin);
          own.put("HOOKLINE_ADMIN_PORT", Integer.toString(admin));
          if (role.equals("serve")) {
            int port = freePort();
            intakes.add(new Senders.Intake(name, port));
            own.put("HOOKLINE_HTTP_PORT", Integer.toString(port));
          }
          members.add(new Member(role, name, folder, own, agent, options(agent), chronicle));
        }
      }
      for (String name : admins.keySet()) {
        awaitReady(admins.get(name));
      }
      progress.accept("%d deliveries, %d kills".formatted(plan.events(), plan.kills()));
      var nemesis = new Nemesis(plan, faults, members, cluster, proxy, target, ledger, chronicle);
      Thread harm = Thread.ofVirtual().name("nemesis").start(() -> harm(nemesis));
      try (var senders = new Senders(plan, intakes, ledger, chronicle)) {
        senders.sendAll(
            () -> !harm.isAlive(),
            System.nanoTime() + plan.duration().multipliedBy(2).plus(WARM).toNanos());
      }
      harm.join();
      progress.accept("waiting for quiet");
      boolean quiet = awaitQuiet(cluster);
      Map<String, Member.Holdings> holdings = holdings(members);
      Map<String, Integer> connections = connections(cluster);
      List<Evidence.NamedText> writings = new ArrayList<>(shown(admins));
      for (Member member : members) {
        member.stop();
      }
      progress.accept("checking");
      writings.addAll(logs());
      var evidence =
          new Evidence(
              plan,
              faults,
              ledger,
              chronicle,
              cluster,
              quiet,
              Lanes.noted(cluster),
              () -> audit(environment),
              holdings,
              connections,
              writings);
      var result =
          new Result(
              new Checker(evidence).findings(),
              chronicle,
              new Figures(evidence).all(proxy.refusedToAny()));
      inspection.inspect(result, evidence);
      return result;
    } finally {
      members.forEach(Member::close);
    }
  }

  private void harm(Nemesis nemesis) {
    try {
      nemesis.run();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private String options(Path agent) {
    return plan.defect()
        .flatMap(Defect::agentArgument)
        .map(argument -> "%s -javaagent:%s=%s".formatted(OPTIONS, agent, argument))
        .orElse(OPTIONS);
  }

  private String configuration() {
    var slack = new StringBuilder();
    var linear = new StringBuilder();
    for (int i = 0; i < Plan.REPOSITORIES; i++) {
      String repository = "repository: %s}%n".formatted(Sent.fullName(i));
      switch (Sent.serviceOf(i)) {
        case "slack" ->
            slack.append("        - {match: {channel: C%d}, %s".formatted(i, repository));
        case "linear" ->
            linear.append("        - {match: {team: T%d}, %s".formatted(i, repository));
        default -> {
          // GitHub's own payload names it.
        }
      }
    }
    return """
    hookline:
      services:
        github:
          commit-budget: PT2S
        slack:
          commit-budget: PT1S
          repositories:
    %s    linear:
          commit-budget: PT1.5S
          repositories:
    %s\
    """
        .formatted(slack, linear);
  }

  private Map<String, String> environment(
      Cluster cluster, DatabaseProxy proxy, MoodyTarget target) {
    var environment = new HashMap<String, String>();
    environment.put(
        "HOOKLINE_DB_URL", "jdbc:postgresql://127.0.0.1:%d/hookline".formatted(proxy.port()));
    environment.put("HOOKLINE_DB_USER", cluster.user());
    environment.put("HOOKLINE_DB_PASSWORD", cluster.password());
    for (String service : List.of("github", "slack", "linear")) {
      environment.put(
          "HOOKLINE_%s_SECRETS".formatted(service.toUpperCase(java.util.Locale.ROOT)),
          Sent.secret(service));
    }
    environment.put("HOOKLINE_DISPATCH_TARGET", "http");
    environment.put("HOOKLINE_DISPATCH_HTTP_URL", target.url());
    environment.put("HOOKLINE_DISPATCH_HTTP_SECRET", Sent.TARGET_SECRET);
    environment.put("HOOKLINE_DISPATCH_TIMEOUT", "PT8S");
    environment.put("HOOKLINE_WORKER_LEASE", plan.lease().toString());
    environment.put("HOOKLINE_WORKER_MAX_ATTEMPTS", "50");
    environment.put("HOOKLINE_WORKER_BACKOFF_INITIAL", "PT0.05S");
    environment.put("HOOKLINE_WORKER_BACKOFF_MAX", "PT0.5S");
    return environment;
  }

  /** Runs a command to its end. */
  private String hookline(Map<String, String> environment, String command)
      throws IOException, InterruptedException {
    Path output = folder.resolve("logs").resolve(command + ".log");
    var builder =
        new ProcessBuilder(Path.of("bin", "hookline").toAbsolutePath().toString(), command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("HOOKLINE_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    int exit = builder.start().waitFor();
    String text = Files.readString(output);
    if (exit != 0) {
      throw new CommandFailedException("%s ended with %d: %s".formatted(command, exit, text));
    }
    return text;
  }

  private static final class CommandFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(String message) {
      super(message);
    }
  }

  private Optional<String> audit(Map<String, String> environment)
      throws IOException, InterruptedException {
    String said = "";
    for (int attempt = 0; attempt < AUDITS; attempt++) {
      try {
        hookline(environment, "audit");
        return Optional.empty();
      } catch (CommandFailedException e) {
        said = Objects.toString(e.getMessage());
        if (!said.contains("the database is away")) {
          break;
        }
      }
    }
    return Optional.of(said);
  }

  /** Not one that the system hands out: while its process is down, anybody could be given it. */
  private int freePort() throws IOException {
    BindException taken = new BindException();
    for (int attempt = 0; attempt < PORTS_TRIED; attempt++) {
      int port = LOWEST_PORT + ports.nextInt(HIGHEST_PORT - LOWEST_PORT);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (BindException e) {
        taken = e;
      }
    }
    throw new IOException("no free port", taken);
  }

  private static void awaitReady(int port) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WARM.toNanos();
    while (get(port, "/health/ready").filter(answer -> answer.statusCode() == 200).isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("a process did not become ready");
      }
      Thread.sleep(50);
    }
  }

  private static Optional<HttpResponse<String>> get(int port, String path)
      throws InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
              .timeout(Duration.ofSeconds(5));
      return Optional.of(http.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException _) {
      // Not there yet, or just killed.
      return Optional.empty();
    }
  }

  private Map<String, Member.Holdings> holdings(List<Member> members) {
    var all = new HashMap<String, Member.Holdings>();
    for (Member member : members) {
      Optional<Member.Holdings> held = member.holdings();
      held.ifPresent(holdings -> all.put(member.name(), holdings));
      if (held.isEmpty() && Files.isDirectory(Path.of("/proc/self/fd"))) {
        chronicle.unexpected(member.name() + " is gone, and nothing was to kill it any more");
      }
    }
    return all;
  }

  private static Map<String, Integer> connections(Cluster cluster) throws SQLException {
    var all = new HashMap<String, Integer>();
    cluster.query(
        """
        SELECT application_name AS process, count(*) AS connections FROM pg_stat_activity
        WHERE application_name ~ '^(serve|worker)' GROUP BY 1
        """,
        row -> all.put(row.getString("process"), row.getInt("connections")));
    return all;
  }

  /** Whether the outbox becomes empty: however full it is, it has to go on becoming smaller. */
  private boolean awaitQuiet(Cluster cluster) throws SQLException, InterruptedException {
    long fewest = Long.MAX_VALUE;
    long deadline = 0;
    while (true) {
      long left =
          cluster
              .query(
                  "SELECT count(*) AS messages FROM outbox_message", row -> row.getLong("messages"))
              .getFirst();
      if (left == 0) {
        return true;
      }
      if (left < fewest) {
        fewest = left;
        deadline = System.nanoTime() + Plan.QUIET.toNanos();
      } else if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(200);
    }
  }

  private List<Evidence.NamedText> shown(Map<String, Integer> admins) throws InterruptedException {
    var texts = new ArrayList<Evidence.NamedText>();
    for (Map.Entry<String, Integer> admin : admins.entrySet()) {
      for (String path :
          List.of("/metrics", "/api/pipelines?limit=50", "/api/refused", "/api/none")) {
        Optional<HttpResponse<String>> answer = get(admin.getValue(), path);
        answer.ifPresent(
            shown -> texts.add(new Evidence.NamedText(admin.getKey() + path, shown.body())));
        if (answer.isEmpty()) {
          chronicle.unexpected("%s does not show %s".formatted(admin.getKey(), path));
        }
      }
    }
    return texts;
  }

  private List<Evidence.NamedText> logs() throws IOException {
    var texts = new ArrayList<Evidence.NamedText>();
    try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
      for (Path file : files.toList()) {
        texts.add(
            new Evidence.NamedText(Objects.toString(file.getFileName()), Files.readString(file)));
      }
    }
    return texts;
  }

  /** Made from classes that are here already, so that the processes get them and nothing else. */
  private Path agentJar() throws IOException {
    Path jar = folder.resolve("agent.jar");
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    for (String starts : List.of("Premain-Class", "Agent-Class")) {
      manifest.getMainAttributes().put(new Attributes.Name(starts), Agent.class.getName());
    }
    manifest.getMainAttributes().put(new Attributes.Name("Can-Retransform-Classes"), "true");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String name : AGENT_CLASSES) {
        String path = Agent.class.getPackageName().replace('.', '/') + "/" + name + ".class";
        try (InputStream in = Agent.class.getResourceAsStream(name + ".class")) {
          out.putNextEntry(new JarEntry(path));
          Objects.requireNonNull(in, path).transferTo(out);
        }
      }
    }
    return jar;
  }
}
