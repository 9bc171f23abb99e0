package dev.hookline.queue.target;

import java.io.File;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A command together with all that it starts, so that all of it can be killed.
 *
 * <p>What a command starts stays in its process group, also when its parent has ended and init has
 * adopted it. A process escapes by leaving the group and its parent both, as a daemon does on
 * purpose.
 */
final class ProcessGroup {
  private static final int SIGKILL = 9;

  /** POSIX: {@code int kill(pid_t, int)}; Java's own way of killing reaches no group. */
  private static final Optional<MethodHandle> KILL = kill();

  private ProcessGroup() {}

  @SuppressWarnings("restricted") // The two ints of kill(2) can corrupt nothing.
  private static Optional<MethodHandle> kill() {
    var linker = Linker.nativeLinker();
    var signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    return linker
        .defaultLookup()
        .find("kill")
        .map(function -> linker.downcallHandle(function, signature));
  }

  /**
   * The command as the leader of a group of its own: {@code setsid} makes one and then becomes the
   * command, under the same process id. Where the system has no {@code setsid}, the command as it
   * is.
   *
   * @param path the directories where programs are, as in {@code PATH}
   */
  static List<String> led(List<String> command, String path) {
    var led = new ArrayList<String>();
    Stream.of(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "setsid"))
        .filter(Files::isExecutable)
        .findFirst()
        .ifPresent(setsid -> led.add(setsid.toString()));
    led.addAll(command);
    return List.copyOf(led);
  }

  /**
   * Kills the command, its group and its descendants.
   *
   * @param leader not yet known to have ended, so that its id is still its own
   */
  static void kill(Process leader) {
    var descendants = leader.descendants().toList();
    KILL.ifPresent(kill -> signal(kill, -Math.toIntExact(leader.pid())));
    descendants.forEach(ProcessHandle::destroyForcibly);
    leader.destroyForcibly();
  }

  private static void signal(MethodHandle kill, int group) {
    try {
      // It fails where there is no such group: then there is none to kill.
      int _ = (int) kill.invokeExact(group, SIGKILL);
    } catch (Throwable e) {
      throw new IllegalStateException("kill(2) throws nothing", e);
    }
  }
}
