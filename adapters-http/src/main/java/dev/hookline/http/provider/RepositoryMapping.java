package dev.hookline.http.provider;

import dev.hookline.domain.event.RepositoryContext;
import java.util.Map;
import java.util.Optional;

/**
 * One configured rule that says which repository an event belongs to, or what is known about one.
 *
 * @param match holds when every field holds; empty holds always
 * @param repository {@code owner/name}; empty in a rule that only adds to what the payload says
 */
public record RepositoryMapping(
    Map<String, String> match,
    Optional<RepositoryContext> repository,
    Optional<String> defaultBranch,
    Optional<Long> installationId,
    Optional<Boolean> canWrite) {

  /**
   * The repository that the rule names, with what the rule says about it; empty if it names none.
   */
  public Optional<RepositoryContext> namedRepository() {
    return repository.map(this::over);
  }

  /** The repository with what the rule says about it in place of what was known. */
  public RepositoryContext over(RepositoryContext known) {
    return new RepositoryContext(
        known.owner(),
        known.name(),
        defaultBranch.orElse(known.defaultBranch()),
        installationId.orElse(known.installationId()),
        canWrite.orElse(known.canWrite()));
  }
}
