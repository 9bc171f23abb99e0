package dev.hookline.http.github.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitHubHookTest {
  @ParameterizedTest
  @CsvSource({
    "octo/widgets/123, /repos/octo/widgets/hooks/123",
    "octo-org/.github/9, /repos/octo-org/.github/hooks/9",
    "octo/123, /orgs/octo/hooks/123",
    "app, /app/hook"
  })
  void isReadAndShownAsItIsWritten(String text, String path) {
    GitHubHook hook = GitHubHook.parse(text);
    assertEquals(path, hook.path());
    assertEquals(text, hook.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "octo",
        "octo/widgets",
        "octo/widgets/x",
        "octo/widgets/1/2",
        "octo//1",
        "/1",
        "octo/wid gets/1",
        "octo/widgets/1?x",
        "App",
        "octo/1234567890123456789"
      })
  void anythingElseIsNone(String text) {
    assertThrows(IllegalArgumentException.class, () -> GitHubHook.parse(text));
  }

  @Test
  void numbersMayBeNames() {
    assertEquals(new GitHubHook.OfRepository("1", "2", 3), GitHubHook.parse("1/2/3"));
  }
}
