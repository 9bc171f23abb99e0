package dev.hookline.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hookline.application.audit.StoredState;
import dev.hookline.application.dispatch.Outbox;
import dev.hookline.application.dispatch.OutboxSignal;
import dev.hookline.application.format.EventFormat;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.pause.Pauses;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.reconcile.DeliveriesOnRecord;
import dev.hookline.application.reconcile.ScheduledReconciliations;
import dev.hookline.application.refused.RefusedDeliveries;
import dev.hookline.application.retention.History;
import dev.hookline.application.secret.SecretUses;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters of one PostgreSQL database, over one connection pool. Intake and worker of one
 * process open one each, so that neither takes the other's connections. Safe for use by many
 * threads.
 */
public final class Database implements AutoCloseable {
  /** The version of the last migration, which a test compares. */
  public static final int SCHEMA_VERSION = 12;

  static final String MIGRATIONS = "classpath:dev/hookline/persistence/migrations";

  private static final String HISTORY_TABLE = "schema_history";
  private static final int DAYS_AHEAD = 7;

  /**
   * Long enough for a server that lives to answer nothing: of connections that died unnoticed, one
   * after the other is found out, while a caller waits.
   */
  private static final Duration VALIDATION = Duration.ofMillis(250);

  /** As many as carry the commits; the more there are, the more have to be found dead. */
  private static final int IDLE_CONNECTIONS = 2;

  private static final Duration IDLE_TIME = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private static final String SCHEMA_IS_OPEN =
      "SELECT has_table_privilege(to_regclass('%s'), 'SELECT')".formatted(HISTORY_TABLE);

  private static final String MAY = "SELECT has_table_privilege(:table, :privilege)";

  private static final String NEWEST_MIGRATION =
      """
      SELECT coalesce(max(version::integer), 0) FROM %s WHERE success AND version ~ '^[0-9]{1,9}$'
      """
          .formatted(HISTORY_TABLE);

  private static final String SWITCHED_OFF =
      """
      SELECT name
      FROM pg_settings
      WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
      ORDER BY name
      """;

  private static final String OPEN_DAYS =
      """
      SELECT day
      FROM (
        SELECT (now() AT TIME ZONE 'UTC')::date + ahead AS day
        FROM generate_series(0, :ahead) ahead) days
      WHERE NOT hookline_open_day(day)
      ORDER BY day
      """;

  private final RandomGenerator random;
  private final Connector connector;
  private final PersistentSource source;
  private final HikariDataSource pool;
  private final Sessions sessions;
  private final Notifier notifier;

  private Database(DatabaseSettings settings, RandomGenerator random) {
    this.random = random;
    connector = new Connector(settings);
    source = new PersistentSource(connector);
    pool = pool(settings, source);
    sessions = new Sessions(Jdbi.create(pool), random);
    notifier = new Notifier(connector);
  }

  /**
   * Opens the pool; whether the database can be reached shows with the first statement.
   *
   * @param random spreads repetitions and reconnections; used by many threads
   */
  public static Database open(DatabaseSettings settings, RandomGenerator random) {
    return new Database(settings, random);
  }

  private static HikariDataSource pool(DatabaseSettings settings, PersistentSource source) {
    var config = new HikariConfig();
    config.setPoolName(settings.applicationName());
    config.setDataSource(source);
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(Math.max(250, settings.connectTimeout().toMillis()));
    config.setValidationTimeout(VALIDATION.toMillis());
    if (settings.poolSize() > IDLE_CONNECTIONS) {
      config.setMinimumIdle(IDLE_CONNECTIONS);
      config.setIdleTimeout(IDLE_TIME.toMillis());
    }
    config.setMaxLifetime(Duration.ofMinutes(10).toMillis());
    config.setInitializationFailTimeout(-1);
    // Left open, the pool asks its first connection; one that dies just then leaves it with a level
    // that does not exist, and with that no connection is ever had again (HikariCP 7.1.0).
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setExceptionOverride(new EvictStandby());
    return new HikariDataSource(config);
  }

  public PipelineStore pipelines(EventFormat format) {
    return new JdbiPipelineStore(sessions, format, notifier);
  }

  public RefusedDeliveries refusedDeliveries() {
    return new JdbiRefusedDeliveries(sessions);
  }

  public Records records(EventFormat format) {
    return new JdbiRecords(sessions, format);
  }

  public DeliveriesOnRecord deliveriesOnRecord() {
    return new JdbiDeliveriesOnRecord(sessions);
  }

  public ScheduledReconciliations scheduledReconciliations() {
    return new JdbiScheduledReconciliations(sessions);
  }

  /** For those who have time: its statements may run for minutes. */
  public History history() {
    return new JdbiHistory(unhurried(), random);
  }

  /** For those who have time: its statements may run for minutes. */
  public StoredState storedState() {
    return new JdbiStoredState(unhurried());
  }

  private Sessions unhurried() {
    return new Sessions(Jdbi.create(connector::unhurried), random);
  }

  public Outbox outbox(EventFormat format) {
    return new JdbiOutbox(sessions, format);
  }

  public Pauses pauses() {
    return new JdbiPauses(sessions);
  }

  public SecretUses secretUses() {
    return new JdbiSecretUses(sessions);
  }

  public OutboxSignal outboxSignal() {
    return new JdbiOutboxSignal(connector, random);
  }

  /** Whether the database answers a statement now; takes no longer than the settings' waits. */
  public boolean answers() {
    try {
      return sessions.statement(
          handle -> handle.createQuery("SELECT true").mapTo(Boolean.class).one());
    } catch (StoreUnavailableException e) {
      LOG.debug("The database does not answer", e);
      return false;
    }
  }

  /**
   * @throws StoreUnavailableException if the database is away
   */
  public SchemaState schema() {
    return sessions.statement(
        handle ->
            handle
                .createQuery(SCHEMA_IS_OPEN)
                .mapTo(Boolean.class)
                .findOne()
                .map(isOpen -> isOpen ? version(handle) : SchemaState.CLOSED)
                .orElse(SchemaState.MISSING));
  }

  private static SchemaState version(Handle handle) {
    return compare(handle.createQuery(NEWEST_MIGRATION).mapTo(Integer.class).one());
  }

  /**
   * Which of the server's settings are off on which it depends that what it has committed outlives
   * a crash of its machine. {@code synchronous_commit} is not among them: every session sees to it.
   *
   * @return their names; none on a server that is durable
   * @throws StoreUnavailableException if the database is away
   */
  public List<String> switchedOff() {
    return sessions.statement(
        handle -> handle.createQuery(SWITCHED_OFF).mapTo(String.class).list());
  }

  /**
   * Whether this database's role has been given this duty, or may do everything anyway.
   *
   * @throws StoreUnavailableException if the database is away
   */
  public boolean may(Duty duty) {
    return sessions.statement(
        handle ->
            handle
                .createQuery(MAY)
                .bind("table", duty.table())
                .bind("privilege", duty.privilege())
                .mapTo(Boolean.class)
                .one());
  }

  private static SchemaState compare(int version) {
    if (version == 0) {
      return SchemaState.MISSING;
    }
    return switch (Integer.compare(version, SCHEMA_VERSION)) {
      case 0 -> SchemaState.FITS;
      case 1 -> SchemaState.NEWER;
      default -> SchemaState.OLDER;
    };
  }

  /**
   * Applies the migrations that are missing, makes the partitions of the next days, and gives the
   * roles that have a duty what it needs since. Several processes may do so at once.
   *
   * @throws StoreUnavailableException if the database is away
   */
  public void migrate() {
    try {
      Flyway.configure()
          .dataSource(migrating())
          .locations(MIGRATIONS)
          .table(HISTORY_TABLE)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw Fault.translate(e);
    }
    openDays();
    sessions.transaction(
        handle -> {
          Roles.renew(handle);
          return true;
        });
  }

  private DataSource migrating() {
    return new ConnectorSource() {
      @Override
      public Connection getConnection() throws SQLException {
        return connector.migrating();
      }
    };
  }

  /**
   * Gives a role what its duty needs, and makes it if there is none. To be asked by the owner of
   * the schema, after {@link #migrate}; later migrations do it again by themselves.
   *
   * @throws StoreUnavailableException if the database is away
   */
  public Entrusting entrust(Duty duty, String role) {
    return sessions.transaction(handle -> Roles.entrust(handle, duty, role));
  }

  /**
   * Makes the partitions of today and the next days, where they are missing; without them events go
   * to a default partition. A day stays without when others are in the way, when the default
   * partition has rows of it, and when that one has grown so large that everybody would wait while
   * it was read.
   *
   * @return those that could not be made
   * @throws StoreUnavailableException if the database is away
   */
  public List<LocalDate> openDays() {
    return sessions.statement(
        handle ->
            handle.createQuery(OPEN_DAYS).bind("ahead", DAYS_AHEAD).mapTo(LocalDate.class).list());
  }

  @Override
  public void close() {
    notifier.close();
    source.close();
    pool.close();
  }
}
