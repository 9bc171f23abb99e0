package dev.hookline.torture.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.persistence.Database;
import dev.hookline.torture.CrashSite;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is rewritten moves on with the code it is about, or fails here. */
class AgentTest {
  private static final String OUTBOX = "dev.hookline.persistence.JdbiOutbox";
  private static final String STORE = "dev.hookline.persistence.JdbiPipelineStore";

  @Test
  void aCrashPointLiesInTheMethodThatIsMeant() throws IOException {
    ClassModel outbox = rewritten(Agent.of("crash=%s#due#exit#92#1".formatted(OUTBOX)), OUTBOX);
    assertTrue(passes(outbox, "due") > 0);
    assertEquals(0, passes(outbox, "record"));
  }

  @ParameterizedTest
  @EnumSource(CrashSite.class)
  void everyCrashSiteIsThere(CrashSite site) throws IOException {
    Agent agent = Agent.of(site.argument(1));
    String[] place = site.argument(1).substring("crash=".length()).split("#", -1);
    assertTrue(passes(rewritten(agent, place[0]), place[1]) > 0);
  }

  @Test
  void aStandInLeavesTheMethodForItself() throws IOException {
    ClassModel store = rewritten(Agent.of("plant=SWALLOWED_ERROR"), STORE);
    assertTrue(store.methods().stream().anyMatch(m -> m.methodName().equalsString("accept$real")));
  }

  @ParameterizedTest
  @CsvSource({
    "ACKNOWLEDGED_BEFORE_DISPATCH,queue.target.HttpTarget",
    "RETRY_NOT_IDEMPOTENT,persistence.JdbiPipelineStore",
    "HIGH_WATER_MARK,persistence.Watermark",
    "COMMIT_NOT_SYNCHRONOUS,persistence.Connector",
    "NO_LEASE,persistence.Leases",
    "NO_LEASE,persistence.JdbiOutbox",
    "NO_EPOCH,persistence.JdbiOutbox"
  })
  void whatADefectChangesIsThere(String defect, String type) throws IOException {
    assertNotNull(rewritten(Agent.of("plant=" + defect), "dev.hookline." + type));
  }

  private static ClassModel rewritten(Agent agent, String name) throws IOException {
    ClassLoader loader = Database.class.getClassLoader();
    try (var in = loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      byte[] changed = agent.rewritten(loader, name, bytes).orElseThrow();
      assertEquals(List.of(), ClassFile.of().verify(changed));
      return ClassFile.of().parse(changed);
    }
  }

  private static long passes(ClassModel type, String method) {
    return type.methods().stream()
        .filter(model -> model.methodName().equalsString(method))
        .flatMap(model -> model.code().stream())
        .flatMap(code -> code.elementStream())
        .filter(
            element ->
                element instanceof InvokeInstruction call
                    && call.owner().asInternalName().endsWith("/CrashPoint"))
        .count();
  }
}
