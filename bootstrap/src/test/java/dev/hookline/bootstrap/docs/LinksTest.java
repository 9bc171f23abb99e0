package dev.hookline.bootstrap.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every link of the README and of the pages beside it leads somewhere. */
class LinksTest {
  private static final Set<String> ELSEWHERE = Set.of("http", "https", "mailto");

  @TempDir private Path folder;

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    var dead = new ArrayList<String>();
    int seen = 0;
    for (Page page : Page.all()) {
      for (String link : page.links()) {
        seen++;
        if (isDead(page, link)) {
          dead.add(page.path() + ": " + link);
        }
      }
    }
    assertEquals(List.of(), dead);
    assertTrue(seen > 20, "only " + seen + " links were found");
  }

  @Test
  void deadLinksAreFound() throws IOException {
    Files.writeString(
        folder.resolve("other.md"), "# Other\n\n## It's `here`, twice\n\n## It's here, twice\n");
    String text =
        """
        # One
        [a](other.md) [b](other.md#its-here-twice-1) ![c](gone.png) [d](#two) [e](#one) [f](other.md#gone)
        ```
        [g](gone.md)
        ```
        """;
    Page page = Page.read(Files.writeString(folder.resolve("one.md"), text));
    assertEquals(
        List.of("gone.png", "#two", "other.md#gone"),
        page.links().stream().filter(link -> isDead(page, link)).toList());
  }

  private static boolean isDead(Page page, String link) {
    String scheme = link.contains(":") ? link.substring(0, link.indexOf(':')) : "";
    if (ELSEWHERE.contains(scheme)) {
      return false;
    }
    String file = link.contains("#") ? link.substring(0, link.indexOf('#')) : link;
    Path target = file.isEmpty() ? page.path() : page.path().resolveSibling(file);
    return !Files.exists(target)
        || (link.contains("#") && !anchors(target).contains(link.substring(file.length() + 1)));
  }

  private static Set<String> anchors(Path target) {
    try {
      return Page.read(target).anchors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
