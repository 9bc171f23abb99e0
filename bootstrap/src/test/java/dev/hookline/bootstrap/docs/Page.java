package dev.hookline.bootstrap.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of Markdown, in the parts that tests look at.
 *
 * @param prose what stands outside fences, with its markup
 */
record Page(Path path, String prose, List<Fence> fences) {
  private static final Pattern FENCE =
      Pattern.compile(
          "(?ms)(?:^ *<!-- from (\\S+) -->\n)?^( *)```(\\w*)\n(.*?)^\\2```$", Pattern.UNIX_LINES);
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+?)\\s*$");
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  /**
   * A block of code.
   *
   * @param source where it is quoted from, below the root; empty if it is not
   */
  record Fence(String source, String language, String code) {}

  static Page read(Path path) throws IOException {
    String text = Files.readString(path);
    var fences = new ArrayList<Fence>();
    var found = FENCE.matcher(text);
    String prose =
        found.replaceAll(
            match -> {
              String source = match.group(1) == null ? "" : match.group(1);
              fences.add(new Fence(source, match.group(3), match.group(4)));
              return "";
            });
    return new Page(path, prose, List.copyOf(fences));
  }

  /** The README and every page beside it, from the folder of this module. */
  static List<Page> all() throws IOException {
    var pages = new ArrayList<Page>();
    pages.add(read(Path.of("..", "README.md")));
    pages.addAll(beside());
    return pages;
  }

  /** Every page beside the README. */
  static List<Page> beside() throws IOException {
    var pages = new ArrayList<Page>();
    try (var files = Files.list(Path.of("docs"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".md")).sorted().toList()) {
        pages.add(read(file));
      }
    }
    return pages;
  }

  /** What stands between backticks in the prose. */
  List<String> spans() {
    return matches(SPAN, prose).stream().map(span -> span.replaceAll("\\s+", " ")).toList();
  }

  /** Spans and fences: whatever is written as code. */
  List<String> code() {
    return Stream.concat(spans().stream(), fences.stream().map(Fence::code)).toList();
  }

  /** Where links and images lead, as written. */
  List<String> links() {
    return matches(LINK, prose);
  }

  /** What a link may name after {@code #}: the headings, as the hosts of repositories make them. */
  Set<String> anchors() {
    var anchors = new HashSet<String>();
    Map<String, Integer> times = new HashMap<>();
    for (String heading : matches(HEADING, prose)) {
      String anchor =
          heading
              .replaceAll("\\]\\([^)]*\\)", "")
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-');
      int before = times.merge(anchor, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors;
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }
}
