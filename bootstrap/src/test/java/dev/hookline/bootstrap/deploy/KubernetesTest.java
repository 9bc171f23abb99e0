package dev.hookline.bootstrap.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings.Role;
import dev.hookline.bootstrap.config.TestProfiles;
import dev.hookline.http.admin.AdminServer;
import dev.hookline.http.metrics.PrometheusMetrics;
import dev.hookline.http.testing.FakeRecords;
import dev.hookline.http.testing.FakeStore;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifests are Kubernetes' own, fit each other, and keep what the page says of them. */
class KubernetesTest {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1 Namespace", Namespace.class,
          "v1 ServiceAccount", ServiceAccount.class,
          "v1 ConfigMap", ConfigMap.class,
          "v1 Service", Service.class,
          "apps/v1 Deployment", Deployment.class,
          "batch/v1 Job", Job.class,
          "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
          "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
          "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class);

  /** The model keeps what it does not know; here that is a mistake. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              });

  /** What closing may take beyond shutdown-grace. */
  private static final int MARGIN = 5;

  @TempDir private Path folder = Path.of("");

  /** A pod of the Job or of a Deployment. */
  private record Pod(String name, PodTemplateSpec template) {
    Container container() {
      assertEquals(1, template.getSpec().getContainers().size());
      return template.getSpec().getContainers().getFirst();
    }
  }

  @Test
  void everyFieldIsOneThatKubernetesKnows() throws IOException {
    assertTrue(manifests().size() > 15, "only " + manifests().size() + " were found");
  }

  @Test
  void aMisspelledFieldIsFound() throws IOException {
    for (JsonNode document : DeployFile.of("kubernetes", "worker.yaml").documents()) {
      if (document.path("kind").asText().equals("Deployment")) {
        ((ObjectNode) document.at("/spec/template/spec/containers/0/securityContext"))
            .put("readOnlyRootFileSystem", true);
        assertThrows(UnrecognizedPropertyException.class, () -> parsed(document));
      }
    }
  }

  @Test
  void everyProcessUnderstandsItsCommandAndSettings() throws IOException {
    Files.writeString(folder.resolve("hookline.yaml"), sharedFile());
    var commands = new ArrayList<String>();
    for (Pod pod : pods()) {
      commands.addAll(process(pod).commandsOf(folder));
    }
    assertEquals(
        List.of("migrate hookline_intake hookline_worker", "serve", "worker 8082"), commands);
  }

  @Test
  void noPodCanWriteOrBecomeMoreOrTalkToTheCluster() throws IOException {
    var accounts = new HashSet<String>();
    for (Pod pod : pods()) {
      var spec = pod.template().getSpec();
      assertEquals(false, spec.getAutomountServiceAccountToken(), pod.name());
      // Their variables would be unknown settings.
      assertEquals(false, spec.getEnableServiceLinks(), pod.name());
      accounts.add(spec.getServiceAccountName());
      var whole = spec.getSecurityContext();
      assertEquals(true, whole.getRunAsNonRoot(), pod.name());
      assertEquals(10001L, whole.getRunAsUser(), pod.name());
      assertEquals("RuntimeDefault", whole.getSeccompProfile().getType(), pod.name());
      var container = pod.container().getSecurityContext();
      assertEquals(true, container.getReadOnlyRootFilesystem(), pod.name());
      assertEquals(false, container.getAllowPrivilegeEscalation(), pod.name());
      assertEquals(List.of("ALL"), container.getCapabilities().getDrop(), pod.name());
      assertEquals(List.of(), container.getCapabilities().getAdd(), pod.name());
      assertTrue(pod.container().getResources().getLimits().containsKey("memory"), pod.name());
      assertTrue(process(pod).value("HOOKLINE_OPTS").contains("-Xmx"), pod.name());
    }
    var known = new HashSet<String>();
    for (ServiceAccount account : all(ServiceAccount.class)) {
      assertEquals(false, account.getAutomountServiceAccountToken());
      known.add(account.getMetadata().getName());
    }
    assertEquals(3, accounts.size());
    assertEquals(known, accounts);
  }

  @Test
  void everyPodHasADatabaseRoleOfItsOwnAndTheSecretsThatItNames() throws IOException {
    var users = new HashMap<String, String>();
    var needed = new TreeSet<String>();
    for (Pod pod : pods()) {
      DeployedProcess process = process(pod);
      users.put(process.arguments().getFirst(), process.value("HOOKLINE_DB_USER"));
      var mounted = new HashMap<String, String>();
      for (Volume volume : pod.template().getSpec().getVolumes()) {
        if (volume.getSecret() != null) {
          needed.add(volume.getSecret().getSecretName());
          assertEquals(0440, volume.getSecret().getDefaultMode(), pod.name());
          mounted.put(mountPath(pod, volume.getName()), volume.getSecret().getSecretName());
        }
      }
      Set<String> used =
          process.secretFiles().values().stream()
              .map(file -> file.substring(0, file.lastIndexOf('/')))
              .collect(Collectors.toSet());
      assertEquals(mounted.keySet(), used, pod.name());
    }
    assertEquals(
        Map.of("migrate", "hookline", "serve", "hookline_intake", "worker", "hookline_worker"),
        users);
    assertEquals(
        Pattern.compile("create secret generic (\\S+)")
            .matcher(Files.readString(Path.of("docs", "deployment.md")))
            .results()
            .map(secret -> secret.group(1))
            .collect(Collectors.toCollection(TreeSet::new)),
        needed);
  }

  private static String mountPath(Pod pod, String volume) {
    return pod.container().getVolumeMounts().stream()
        .filter(mount -> mount.getName().equals(volume))
        .findFirst()
        .orElseThrow()
        .getMountPath();
  }

  /** Without a token, by the address of a pod, which no process knows by name. */
  @Test
  void whatTheProbesAskForIsServed() throws Exception {
    var store = new FakeStore();
    try (var admin =
            new AdminServer(
                new AdminServer.Settings(
                    "127.0.0.1",
                    0,
                    List.of("hookline.example"),
                    () -> Optional.of("a token"),
                    Duration.ZERO,
                    List.of()),
                () -> Map.of("database", true),
                new PrometheusMetrics(new FakeRecords(store), store),
                Optional.empty(),
                Optional.empty(),
                () -> "id");
        var http = HttpClient.newHttpClient()) {
      int seen = 0;
      for (Pod pod : longRunning()) {
        Container container = pod.container();
        for (Probe probe :
            List.of(
                container.getStartupProbe(),
                container.getLivenessProbe(),
                container.getReadinessProbe())) {
          assertEquals("admin", probe.getHttpGet().getPort().getStrVal());
          var request =
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:%d%s"
                              .formatted(admin.port(), probe.getHttpGet().getPath())))
                  .build();
          assertEquals(200, http.send(request, BodyHandlers.discarding()).statusCode());
          seen++;
        }
        assertEquals("/health/live", container.getLivenessProbe().getHttpGet().getPath());
        assertEquals("/health/ready", container.getReadinessProbe().getHttpGet().getPath());
        assertEquals(
            process(pod).arguments().getFirst().equals("serve") ? 8081 : 8082, port(pod, "admin"));
      }
      assertEquals(6, seen);
    }
  }

  @Test
  void everyPodIsGivenTheTimeToFinish() throws IOException {
    long grace =
        Configuration.load(
                new Configuration.Sources(folder, Optional.empty(), Map.of(), System::nanoTime),
                Role.SERVE,
                TestProfiles.THREE)
            .settings()
            .shutdownGrace()
            .toSeconds();
    for (Pod pod : longRunning()) {
      var lifecycle = pod.container().getLifecycle();
      long before = lifecycle == null ? 0 : lifecycle.getPreStop().getSleep().getSeconds();
      assertTrue(
          pod.template().getSpec().getTerminationGracePeriodSeconds() > before + grace + MARGIN,
          pod.name());
    }
  }

  @Test
  void whatIsSelectedIsThere() throws IOException {
    for (Deployment deployment : all(Deployment.class)) {
      assertSelects(deployment.getSpec().getSelector().getMatchLabels(), deployment);
    }
    List<PodDisruptionBudget> budgets = all(PodDisruptionBudget.class);
    assertEquals(2, budgets.size());
    for (PodDisruptionBudget budget : budgets) {
      Deployment deployment = deployment(budget.getMetadata().getName());
      assertSelects(budget.getSpec().getSelector().getMatchLabels(), deployment);
      assertTrue(
          budget.getSpec().getMinAvailable().getIntVal()
              < scaler(budget.getMetadata().getName()).getSpec().getMinReplicas());
    }
    for (Service service : all(Service.class)) {
      Deployment deployment = deployment(service.getMetadata().getName());
      assertSelects(service.getSpec().getSelector(), deployment);
      String port = service.getSpec().getPorts().getFirst().getTargetPort().getStrVal();
      assertEquals(8080, port(new Pod("", deployment.getSpec().getTemplate()), port));
    }
    for (HorizontalPodAutoscaler scaler : all(HorizontalPodAutoscaler.class)) {
      deployment(scaler.getSpec().getScaleTargetRef().getName());
    }
    Set<String> ports =
        longRunning().stream()
            .flatMap(pod -> pod.container().getPorts().stream())
            .map(ContainerPort::getName)
            .collect(Collectors.toSet());
    Set<String> opened =
        all(NetworkPolicy.class).stream()
            .flatMap(policy -> policy.getSpec().getIngress().stream())
            .flatMap(rule -> rule.getPorts().stream())
            .map(NetworkPolicyPort::getPort)
            .map(port -> port.getStrVal())
            .collect(Collectors.toSet());
    assertEquals(ports, opened);
  }

  private static void assertSelects(Map<String, String> labels, Deployment deployment) {
    assertFalse(labels.isEmpty());
    assertTrue(
        deployment
            .getSpec()
            .getTemplate()
            .getMetadata()
            .getLabels()
            .entrySet()
            .containsAll(labels.entrySet()),
        labels::toString);
  }

  @Test
  void theWorkersAreScaledByAMetricThatThereIs() throws IOException {
    var asked =
        scaler("hookline-worker").getSpec().getMetrics().getFirst().getExternal().getMetric();
    JsonNode rule =
        DeployFile.of("kubernetes", "prometheus-adapter.yaml")
            .document()
            .path("rules")
            .path("external")
            .path(0);
    assertEquals(asked.getName(), rule.path("name").path("as").asText());
    String query = rule.path("metricsQuery").asText();
    assertTrue(query.startsWith("max("), query);
    Set<String> named = Scrape.named(query);
    assertEquals(Set.of("outbox_oldest_pending_seconds"), named);
    assertTrue(Scrape.full().names().containsAll(named));
  }

  @Test
  void thePodsAreScrapedUnderTheNamesThatTheAlertsKnow() throws IOException {
    var jobs = new TreeSet<String>();
    DeployFile.of("kubernetes", "prometheus-scrape.yaml")
        .document()
        .path("scrape_configs")
        .forEach(job -> jobs.add(job.path("job_name").asText()));
    assertEquals(Set.of("hookline-serve", "hookline-worker"), jobs);
  }

  @Test
  void kustomizePutsThemTogether() throws Exception {
    InstalledProgram.named("kubectl")
        .accepts(
            DeployFile.FOLDER,
            "kustomize",
            "kubernetes",
            "--output",
            folder.resolve("all.yaml").toString());
    List<JsonNode> built = new DeployFile(folder.resolve("all.yaml")).documents();
    assertEquals(manifests().size(), built.size());
    for (JsonNode document : built) {
      if (!document.path("kind").asText().equals("Namespace")) {
        assertEquals("hookline", document.path("metadata").path("namespace").asText());
      }
      HasMetadata resource = parsed(document);
      if (resource instanceof Deployment deployment) {
        String image =
            deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage();
        assertTrue(image.matches("hookline:\\d.*"), image);
      }
    }
  }

  private static HasMetadata parsed(JsonNode document) throws JsonProcessingException {
    String kind = document.path("apiVersion").asText() + " " + document.path("kind").asText();
    assertTrue(KINDS.containsKey(kind), kind);
    return STRICT.treeToValue(document, KINDS.get(kind));
  }

  private static List<HasMetadata> manifests() throws IOException {
    var manifests = new ArrayList<HasMetadata>();
    JsonNode all = DeployFile.of("kubernetes", "kustomization.yaml").document();
    for (JsonNode file : all.path("resources")) {
      for (JsonNode document : DeployFile.of("kubernetes", file.asText()).documents()) {
        manifests.add(parsed(document));
      }
    }
    return manifests;
  }

  private static <T extends HasMetadata> List<T> all(Class<T> kind) throws IOException {
    return manifests().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static Deployment deployment(String name) throws IOException {
    return named(Deployment.class, name);
  }

  private static HorizontalPodAutoscaler scaler(String name) throws IOException {
    return named(HorizontalPodAutoscaler.class, name);
  }

  private static <T extends HasMetadata> T named(Class<T> kind, String name) throws IOException {
    return all(kind).stream()
        .filter(resource -> resource.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind.getSimpleName() + " " + name));
  }

  private static List<Pod> pods() throws IOException {
    return Stream.concat(
            all(Job.class).stream()
                .map(job -> new Pod(job.getMetadata().getName(), job.getSpec().getTemplate())),
            longRunning().stream())
        .toList();
  }

  private static List<Pod> longRunning() throws IOException {
    return all(Deployment.class).stream()
        .map(
            deployment ->
                new Pod(deployment.getMetadata().getName(), deployment.getSpec().getTemplate()))
        .toList();
  }

  private static int port(Pod pod, String name) {
    return pod.container().getPorts().stream()
        .filter(port -> port.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .getContainerPort();
  }

  private static DeployedProcess process(Pod pod) throws IOException {
    ConfigMap settings = named(ConfigMap.class, "hookline-settings");
    var environment = new HashMap<String, String>();
    for (EnvVar variable : pod.container().getEnv()) {
      environment.put(variable.getName(), value(variable, settings));
    }
    return new DeployedProcess(pod.name(), pod.container().getArgs(), environment);
  }

  private static String value(EnvVar variable, ConfigMap settings) {
    if (variable.getValue() != null) {
      return variable.getValue().replace("$(POD_IP)", "10.1.2.3");
    }
    if (variable.getValueFrom().getFieldRef() != null) {
      return "10.1.2.3";
    }
    String key = variable.getValueFrom().getConfigMapKeyRef().getKey();
    return assertInstanceOf(String.class, settings.getData().get(key));
  }

  private static String sharedFile() throws IOException {
    ConfigMap file = named(ConfigMap.class, "hookline-file");
    assertEquals(Set.of("hookline.yaml"), file.getData().keySet());
    return file.getData().getOrDefault("hookline.yaml", "");
  }
}
