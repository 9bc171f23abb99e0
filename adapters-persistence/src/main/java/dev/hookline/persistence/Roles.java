package dev.hookline.persistence;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Gives database roles what their duties need, and no more. */
final class Roles {
  // Two that grant at once would be in each other's way in the catalogue.
  private static final String ALONE = "SELECT pg_advisory_xact_lock(7269000002)";

  private static final String EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)";

  private static final String MAY_MAKE_ROLES =
      "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user";

  // Who may make functions in the schema could have one called with the owner's rights.
  private static final String WOULD_BE_TOO_MIGHTY =
      """
      SELECT
        has_schema_privilege('public', c.relnamespace, 'CREATE') OR EXISTS (
          SELECT FROM pg_roles r
          WHERE r.rolname = :role AND (
            r.rolsuper OR pg_has_role(r.oid, c.relowner, 'MEMBER')
              OR has_schema_privilege(r.oid, c.relnamespace, 'CREATE')))
      FROM pg_class c
      WHERE c.oid = 'event'::regclass
      """;

  private static final String HAS_SCHEMA =
      "SELECT has_schema_privilege(:role, current_schema(), 'USAGE')";

  private static final String SCHEMA = "SELECT current_schema()";

  private static final String HOLDERS =
      """
      SELECT DISTINCT r.rolname
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
      WHERE c.oid = :table::regclass AND a.privilege_type = :privilege AND a.grantee <> c.relowner
      """;

  private Roles() {}

  /** In a transaction. */
  static Entrusting entrust(Handle handle, Duty duty, String role) {
    handle.execute(ALONE);
    if (ask(handle, WOULD_BE_TOO_MIGHTY, role)) {
      return Entrusting.TOO_MIGHTY;
    }
    boolean isNew = !ask(handle, EXISTS, role);
    if (isNew && !handle.createQuery(MAY_MAKE_ROLES).mapTo(Boolean.class).one()) {
      return Entrusting.MISSING;
    }
    String quoted = quoted(handle, role);
    if (isNew) {
      handle.execute("CREATE ROLE " + quoted + " LOGIN");
    }
    grant(handle, duty, role, quoted);
    return isNew ? Entrusting.CREATED : Entrusting.GRANTED;
  }

  /** In a transaction: gives those who have a duty what it needs since the last migration. */
  static void renew(Handle handle) {
    handle.execute(ALONE);
    for (Duty duty : Duty.values()) {
      List<String> holders =
          handle
              .createQuery(HOLDERS)
              .bind("table", duty.table())
              .bind("privilege", duty.privilege())
              .mapTo(String.class)
              .list();
      holders.forEach(role -> grant(handle, duty, role, quoted(handle, role)));
    }
  }

  private static void grant(Handle handle, Duty duty, String role, String quoted) {
    if (!ask(handle, HAS_SCHEMA, role)) {
      String schema = handle.createQuery(SCHEMA).mapTo(String.class).one();
      handle.execute("GRANT USAGE ON SCHEMA %s TO %s".formatted(quoted(handle, schema), quoted));
    }
    handle.execute(duty.grantsTo(quoted));
  }

  private static boolean ask(Handle handle, String sql, String role) {
    return handle.createQuery(sql).bind("role", role).mapTo(Boolean.class).one();
  }

  private static String quoted(Handle handle, String name) {
    return handle
        .createQuery("SELECT quote_ident(:name)")
        .bind("name", name)
        .mapTo(String.class)
        .one();
  }
}
