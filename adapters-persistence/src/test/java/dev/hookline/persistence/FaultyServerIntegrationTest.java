package dev.hookline.persistence;

import static dev.hookline.testing.Samples.aPipeline;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.dispatch.WorkerId;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.pipeline.PipelineStore;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Accepted;
import dev.hookline.application.pipeline.PipelineStore.Acceptance.Duplicate;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.testing.PlainEventFormat;
import dev.hookline.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of deliveries while a server of the test's own is killed, frozen, cut off. */
@Order(1) // It takes longest, and waits most of that.
final class FaultyServerIntegrationTest {
  private static final int ROUNDS = 2;

  /** Before the commit, and as often after it; more with {@code -Dhookline.cuts=1000}. */
  private static final int CUTS = Integer.getInteger("hookline.cuts", 20);

  private static final Duration LEASE = Duration.ofSeconds(8);

  @TempDir private static Path folder;
  private static PostgresServer server;

  private static final String ONE_OF_OURS =
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'hookline' LIMIT 1";

  private static final String POOLED =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hookline'";

  private static final String ALL_IDLE_FOR_A_WHILE =
      """
      SELECT bool_and(state = 'idle' AND state_change < clock_timestamp() - interval '700 ms')
      FROM pg_stat_activity
      WHERE application_name = 'hookline'
      """;

  private final PlainEventFormat format = new PlainEventFormat();
  private CuttingProxy proxy;
  private Database database;
  private PipelineStore store;

  @BeforeAll
  static void start() {
    server = PostgresServer.start(folder.resolve("faulty"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    proxy = new CuttingProxy(server.settings());
    database = Database.open(proxy.settings().withPoolSize(8), new Random(1));
    database.migrate();
    store = database.pipelines(format);
  }

  @AfterEach
  void close() {
    database.close();
    proxy.close();
  }

  /** What can happen to a database; each returns once it is over. */
  private enum Trouble {
    A_BACKEND_IS_KILLED {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        PostgresServer.kill(Long.parseLong(queryOnceItIsUp(ONE_OF_OURS)));
      }
    },
    THE_SERVER_IS_KILLED {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        server.kill();
        senders.awaitRefusal();
        server.start();
        senders.awaitAcceptanceAfterAbsence();
      }
    },
    THE_SERVER_IS_RESTARTED {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        server.stop();
        server.start();
        senders.awaitAcceptanceAfterAbsence();
      }
    },
    THE_SERVER_IS_FROZEN {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        server.freeze();
        senders.awaitRefusal();
        server.thaw();
      }
    },
    CONNECTIONS_ARE_RESET {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        test.proxy.reset();
      }
    },
    THE_NETWORK_LOSES_EVERYTHING {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        test.proxy.blackOut();
        senders.awaitRefusal();
        test.proxy.lightUp();
      }
    },
    A_TABLE_IS_LOCKED {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        try (var blocker = server.connect();
            var statement = blocker.createStatement()) {
          blocker.setAutoCommit(false);
          statement.execute("LOCK TABLE pipeline, outbox_message IN ACCESS EXCLUSIVE MODE");
          senders.awaitRefusal();
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
      }
    },
    THE_SERVER_IS_READ_ONLY {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        readOnly("on");
        senders.awaitRefusal();
        readOnly("off");
      }

      private void readOnly(String value) {
        server.execute("ALTER SYSTEM SET default_transaction_read_only = " + value);
        server.execute("SELECT pg_reload_conf()");
      }
    },
    ALL_SLOTS_ARE_TAKEN {
      @Override
      void happen(FaultyServerIntegrationTest test, Senders senders) {
        List<Connection> taken = takeAllSlots();
        senders.awaitRefusal(
            () -> {
              test.proxy.reset();
              taken.addAll(takeAllSlots());
            });
        taken.forEach(Connector::close);
      }
    };

    abstract void happen(FaultyServerIntegrationTest test, Senders senders);
  }

  @ParameterizedTest
  @EnumSource(Trouble.class)
  void whateverHappensAnswersAreTrueAndInTimeAndItGoesOnByItself(Trouble trouble) {
    try (var senders = new Senders(store)) {
      for (int i = 0; i < ROUNDS; i++) {
        senders.awaitAcceptance();
        trouble.happen(this, senders);
      }
      senders.awaitAcceptance();
      senders.assertTold(FaultyServerIntegrationTest::queryOnceItIsUp);
    }
  }

  /** A server of which a process was killed is soon up, but not at once. */
  private static String queryOnceItIsUp(String sql) {
    var answer = new AtomicReference<String>();
    Call.until(
        () -> {
          try {
            answer.set(server.query(sql));
            return true;
          } catch (IllegalStateException _) {
            return false;
          }
        });
    return answer.get();
  }

  private static List<Connection> takeAllSlots() {
    var taken = new ArrayList<Connection>();
    while (true) {
      try {
        taken.add(server.connect());
      } catch (SQLException e) {
        if ("53300".equals(e.getSQLState())) {
          return taken;
        }
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void connectionsThatDiedWhileTheyWereIdleCostTwoSecondsAtTheMost() {
    Call.until(() -> Integer.parseInt(server.query(POOLED)) >= 2);
    assertEquals(new Accepted(), store.accept(Senders.aCandidate(), Duration.ofSeconds(5)));
    proxy.blackOut();
    proxy.lightUp();
    // Long enough for the pool to look whether they live, which it spares those just used.
    Call.until(() -> "t".equals(server.query(ALL_IDLE_FOR_A_WHILE)));

    assertEquals(new Accepted(), store.accept(Senders.aCandidate(), Duration.ofSeconds(2)));
  }

  @Test
  void silentNetworkMakesTheWorkersCallsUnavailableUntilItSpeaks() {
    var outbox = database.outbox(format);
    var worker = new WorkerId(UUID.randomUUID());
    Set<?> lanes = outbox.lease(worker, LEASE, Set.of()).lanes();
    proxy.blackOut();

    assertThrows(StoreUnavailableException.class, () -> outbox.lease(worker, LEASE, Set.of()));
    assertFalse(database.answers());
    proxy.lightUp();

    Call.until(database::answers);
    assertEquals(lanes, outbox.lease(worker, LEASE, Set.of()).lanes());
  }

  @Test
  void cutsAroundTheCommitNeverMakeATwinNorALie() {
    for (int i = 0; i < CUTS; i++) {
      NewPipeline before = Senders.aCandidate();
      proxy.cutBefore("INSERT INTO delivery_key");
      assertEquals(new Accepted(), store.accept(before, Duration.ofSeconds(5)));
      NewPipeline after = Senders.aCandidate();
      proxy.cutAnswerTo("INSERT INTO delivery_key");
      assertEquals(new Accepted(), store.accept(after, Duration.ofSeconds(5)));
      assertTrue(proxy.hasCut());
      assertEquals(
          new Duplicate(after.pipeline().id(), false),
          store.accept(
              new NewPipeline(
                  aPipeline().of(after.pipeline().event()).build(),
                  after.delivery(),
                  after.key(),
                  true),
              Duration.ofSeconds(5)));
    }
    for (String table : List.of("delivery_key", "event", "pipeline", "outbox_message")) {
      assertEquals(
          Integer.toString(2 * CUTS), server.query("SELECT count(*) FROM " + table), table);
    }
  }

  @Test
  void standbyThatIsPromotedTakesOver() {
    try (var primary = PostgresServer.start(folder.resolve("primary"));
        var standby = primary.startStandby(folder.resolve("standby"));
        var both = across(primary, standby);
        var standbyFirst = across(standby, primary)) {
      // What was accepted is on both; without this an asynchronous standby may lack the last ones.
      primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
      primary.execute("SELECT pg_reload_conf()");
      Call.until(
          () -> "sync".equals(primary.query("SELECT max(sync_state) FROM pg_stat_replication")));
      standbyFirst.migrate();
      assertEquals(SchemaState.FITS, both.schema());
      try (var senders = new Senders(both.pipelines(format))) {
        senders.awaitAcceptance();
        primary.kill();
        senders.awaitRefusal();
        standby.promote();
        senders.awaitAcceptance();
        senders.assertTold(standby::query);
      }
    }
  }

  private static Database across(PostgresServer one, PostgresServer other) {
    return Database.open(
        DatabaseSettings.of(
            "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/postgres"
                .formatted(one.port(), other.port()),
            PostgresServer.USER,
            null),
        new Random(1));
  }

  @Test
  void fullTablespaceRefusesUntilThereIsRoom() {
    try (var disk = SmallDisk.mount(folder.resolve("tablespace"), 256);
        var small = PostgresServer.start(folder.resolve("data-full"));
        var on = Database.open(small.settings(), new Random(1))) {
      on.migrate();
      small.execute("CREATE TABLESPACE small LOCATION '%s'".formatted(disk.room()));
      small.execute(
          """
          DO $$
          DECLARE part regclass;
          BEGIN
            FOR part IN SELECT relid FROM pg_partition_tree('event') WHERE isleaf LOOP
              EXECUTE format('ALTER TABLE %s SET TABLESPACE small', part);
            END LOOP;
          END
          $$
          """);
      try (var senders = new Senders(on.pipelines(format), Senders::aLargeCandidate)) {
        senders.awaitAcceptance();
        disk.fill();
        senders.awaitRefusal();
        assertTrue(
            senders.reasons().stream().anyMatch(reason -> reason.contains("53100")),
            () -> senders.reasons().toString());
        assertTrue(on.answers());
        disk.makeRoom();
        senders.awaitAcceptance();
        senders.assertTold(small::query);
      }
    }
  }

  @Test
  void fullLogVolumeRefusesUntilTheServerIsStartedAgain() {
    try (var disk = SmallDisk.mount(folder.resolve("log"), 256);
        var small = PostgresServer.start(folder.resolve("log-full"), "max_wal_size = 10GB");
        var on = Database.open(small.settings(), new Random(1))) {
      small.stop();
      small.keepLogIn(disk.room().resolve("pg_wal"));
      small.start();
      on.migrate();
      try (var senders = new Senders(on.pipelines(format), Senders::aLargeCandidate)) {
        senders.awaitAcceptance();
        disk.fill();
        Call.until(() -> !small.isUp());
        senders.awaitRefusal();
        disk.makeRoom();
        small.start();
        senders.awaitAcceptance();
        senders.assertTold(small::query);
      }
    }
  }
}
