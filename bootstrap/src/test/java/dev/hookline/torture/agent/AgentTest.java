package dev.hookline.torture.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.persistence.Database;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is rewritten moves on with the code it is about, or fails here. */
class AgentTest {
  private static final String OUTBOX = "dev.hookline.persistence.JdbiOutbox";
  private static final String STORE = "dev.hookline.persistence.JdbiPipelineStore";

  @Test
  void crashPointsOfSeveralMethodsOfOneClassAllTakeEffect() throws IOException {
    Agent agent = Agent.of("crash=%1$s#due#exit#92;crash=%1$s#record#entry#95".formatted(OUTBOX));
    ClassModel outbox = rewritten(agent, OUTBOX);
    assertTrue(passes(outbox, "due") > 0);
    assertTrue(passes(outbox, "record") > 0);
    assertEquals(0, passes(outbox, "release"));
  }

  @Test
  void aCrashPointLiesInWhatStandsInForAMethodToo() throws IOException {
    Agent agent =
        Agent.of(
            "plant=SWALLOWED_ERROR;crash=%1$s#accept#entry#88;crash=%1$s#store#exit#89"
                .formatted(STORE));
    ClassModel store = rewritten(agent, STORE);
    assertTrue(passes(store, "accept") > 0);
    assertTrue(passes(store, "store") > 0);
    assertTrue(store.methods().stream().anyMatch(m -> m.methodName().equalsString("accept$real")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NO_LEASE", "NO_EPOCH"})
  void whatIsReplacedInStatementsIsThere(String defect) throws IOException {
    Agent agent = Agent.of("plant=%s;crash=%s#record#exit#96".formatted(defect, OUTBOX));
    assertTrue(passes(rewritten(agent, OUTBOX), "record") > 0);
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
