package dev.hookline.benchmark.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** CPU time and memory of processes as Linux tells them in {@code /proc}; elsewhere nothing. */
final class Cpu {
  /** Of the line in {@code stat} behind the name, counted from 0 (proc_pid_stat(5)). */
  private static final int PARENT = 1;

  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int CHILDREN_USER = 13;
  private static final int CHILDREN_SYSTEM = 14;

  /** USER_HZ, in which the kernel tells times to every program, is 100 on all common machines. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final Path PROC = Path.of("/proc");

  private Cpu() {}

  static boolean isKnown() {
    return Files.isReadable(PROC.resolve("self/stat"));
  }

  /** What the process itself has used, in microseconds; 0 if it is gone. */
  static long of(long pid) {
    List<Long> stat = stat(Long.toString(pid));
    return stat.isEmpty() ? 0 : MICROS_PER_TICK * (stat.get(USER) + stat.get(SYSTEM));
  }

  /** What the process and all below it have used, those that have ended included. */
  static long ofTree(long root) {
    var parents = new HashMap<Long, Long>();
    try (Stream<Path> all = Files.list(PROC)) {
      all.map(path -> Objects.toString(path.getFileName()))
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .forEach(
              pid -> {
                List<Long> stat = stat(pid);
                if (!stat.isEmpty()) {
                  parents.put(Long.valueOf(pid), stat.get(PARENT));
                }
              });
    } catch (IOException _) {
      return 0;
    }
    long ended = 0;
    List<Long> own = stat(Long.toString(root));
    if (!own.isEmpty()) {
      ended = MICROS_PER_TICK * (own.get(CHILDREN_USER) + own.get(CHILDREN_SYSTEM));
    }
    return ended + below(root, parents).stream().mapToLong(Cpu::of).sum();
  }

  private static Set<Long> below(long root, Map<Long, Long> parents) {
    var tree = new HashSet<Long>(Set.of(root));
    boolean grew = true;
    while (grew) {
      grew = false;
      for (Map.Entry<Long, Long> process : parents.entrySet()) {
        grew |= tree.contains(process.getValue()) && tree.add(process.getKey());
      }
    }
    return tree;
  }

  /** What those have used that this process has started and that have ended. */
  static long ofEndedChildren() {
    List<Long> stat = stat("self");
    return stat.isEmpty()
        ? 0
        : MICROS_PER_TICK * (stat.get(CHILDREN_USER) + stat.get(CHILDREN_SYSTEM));
  }

  /** The most memory that the process has ever had resident, in bytes. */
  static OptionalLong mostMemory(long pid) {
    return memory(pid, "VmHWM:");
  }

  /** What the process has resident, in bytes; 0 if it is gone. */
  static long memory(long pid) {
    return memory(pid, "VmRSS:").orElse(0);
  }

  /** How many files the process has open, sockets among them; 0 if it is gone. */
  static long descriptors(long pid) {
    try (Stream<Path> open = Files.list(PROC.resolve(pid + "/fd"))) {
      return open.count();
    } catch (IOException _) {
      return 0;
    }
  }

  private static OptionalLong memory(long pid, String name) {
    try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst();
    } catch (IOException _) {
      return OptionalLong.empty();
    }
  }

  private static List<Long> stat(String pid) {
    try {
      String line =
          Files.readString(PROC.resolve(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
      return numbers(line);
    } catch (IOException _) {
      return List.of();
    }
  }

  /** The fields behind the name, which may hold blanks and brackets; of the state a 0. */
  static List<Long> numbers(String line) {
    return Arrays.stream(line.substring(line.lastIndexOf(')') + 2).strip().split(" "))
        .limit(CHILDREN_SYSTEM + 1)
        .map(field -> Character.isLetter(field.charAt(0)) ? 0L : Long.valueOf(field))
        .toList();
  }
}
