package dev.hookline.bootstrap.cli;

/** What a migration has done. */
public sealed interface MigrationStep {

  /**
   * The schema is as this version needs it.
   *
   * @param version of the schema
   */
  record SchemaFits(int version) implements MigrationStep {}

  /**
   * A role has the rights that it needs.
   *
   * @param command what it serves
   * @param isNew whether it was made, and so has no password
   */
  record RoleFits(String role, String command, boolean isNew) implements MigrationStep {}
}
