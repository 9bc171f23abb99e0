package dev.hookline.domain.event;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The repository that an event is about; it is also the key that events are ordered by.
 *
 * @param owner 1 to 100 letters, digits, {@code _ . -}
 * @param name the same, without the owner
 * @param defaultBranch null where neither payload nor mapping names one
 * @param installationId the provider's id of the receiving installation; null where there is none
 * @param canWrite true only where it is proven or configured that the installation may write
 */
public record RepositoryContext(
    String owner,
    String name,
    @Nullable String defaultBranch,
    @Nullable Long installationId,
    boolean canWrite) {
  private static final int LONGEST_NAME = 100;

  public RepositoryContext {
    if (!isName(owner) || !isName(name)) {
      throw new IllegalArgumentException(
          "not a repository: owner and name are 1 to 100 of A-Z a-z 0-9 _ . -");
    }
    if (defaultBranch != null) {
      defaultBranch = CleanText.of(defaultBranch);
    }
  }

  /** Whether the text can name an owner or a repository. */
  public static boolean isName(String text) {
    if (text.isEmpty() || text.length() > LONGEST_NAME) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && c != '_' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  /** Reads {@code owner/name}, without branch, installation or rights; empty if it is neither. */
  public static Optional<RepositoryContext> parse(String fullName) {
    int slash = fullName.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String owner = fullName.substring(0, slash);
    String name = fullName.substring(slash + 1);
    return isName(owner) && isName(name)
        ? Optional.of(new RepositoryContext(owner, name, null, null, false))
        : Optional.empty();
  }

  /** {@code owner/name}. */
  public String fullName() {
    return owner + "/" + name;
  }
}
