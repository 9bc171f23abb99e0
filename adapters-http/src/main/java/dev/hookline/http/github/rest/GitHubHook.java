package dev.hookline.http.github.rest;

import dev.hookline.domain.event.RepositoryContext;
import java.util.Arrays;

/**
 * A hook whose deliveries GitHub's REST API shows (GitHub Docs, "REST API endpoints for repository
 * webhooks", and likewise for organizations and for GitHub Apps). Its text is the form in which
 * operators write it.
 */
public sealed interface GitHubHook {

  /** Where the API has the hook, below its base URL. */
  String path();

  /** What the caller must be allowed, in GitHub's words. */
  String permission();

  /** The hook of a repository: {@code octo/widgets/123}. */
  record OfRepository(String owner, String name, long id) implements GitHubHook {
    @Override
    public String path() {
      return "/repos/%s/%s/hooks/%d".formatted(owner, name, id);
    }

    @Override
    public String permission() {
      return "the token needs the repository permission Webhooks (read and write), or the classic"
          + " scope admin:repo_hook";
    }

    @Override
    public String toString() {
      return "%s/%s/%d".formatted(owner, name, id);
    }
  }

  /** The hook of an organization: {@code octo/123}. */
  record OfOrganization(String organization, long id) implements GitHubHook {
    @Override
    public String path() {
      return "/orgs/%s/hooks/%d".formatted(organization, id);
    }

    @Override
    public String permission() {
      return "the token needs the organization permission Webhooks (read and write), or the classic"
          + " scope admin:org_hook, from an owner of the organization";
    }

    @Override
    public String toString() {
      return "%s/%d".formatted(organization, id);
    }
  }

  /** The one hook of the GitHub App: {@code app}. */
  record OfApp() implements GitHubHook {
    @Override
    public String path() {
      return "/app/hook";
    }

    @Override
    public String permission() {
      return "app id and private key must be those of one GitHub App, with its webhook switched on";
    }

    @Override
    public String toString() {
      return "app";
    }
  }

  /**
   * Reads what an operator has written.
   *
   * @throws IllegalArgumentException if it is none of the three forms
   */
  static GitHubHook parse(String text) {
    if (text.equals("app")) {
      return new OfApp();
    }
    String[] parts = text.split("/", -1);
    String last = parts[parts.length - 1];
    boolean named = Arrays.stream(parts).allMatch(RepositoryContext::isName);
    if (!named || parts.length < 2 || parts.length > 3 || !last.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "not a hook such as octo/widgets/123, octo/123 or app: \"%s\"".formatted(text));
    }
    long id = Long.parseLong(last);
    return parts.length == 2
        ? new OfOrganization(parts[0], id)
        : new OfRepository(parts[0], parts[1], id);
  }
}
