package dev.hookline.testing;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aDelivery;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every {@link dev.hookline.application.refused.RefusedDeliveries} does. */
public abstract class RefusedDeliveriesContract {

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  @Test
  void refusedDeliveryComesBackAsItWas() {
    var delivery =
        new Delivery(
            GITHUB,
            Headers.of(Map.of("X-Twice", List.of("one", "two"), "X-Once", List.of("\u00e9"))),
            RawBody.of(new byte[] {0, (byte) 0xFF, '{'}),
            NOON,
            "2001:db8::1");
    RefusedDelivery refused = refused(delivery, Optional.of("push"), Optional.of("id-1"));

    keep(refused);

    assertEquals(Optional.of(refused), storage().refusedDeliveries().find(refused.id()));
  }

  @Test
  void whatCouldNotBeReadStaysEmpty() {
    RefusedDelivery refused = refused(aDelivery(GITHUB), Optional.empty(), Optional.empty());

    keep(refused);

    assertEquals(Optional.of(refused), storage().refusedDeliveries().find(refused.id()));
  }

  @Test
  void sameDeliveryIsKeptOnce() {
    Delivery delivery = aDelivery(GITHUB);
    RefusedDelivery first = refused(delivery, Optional.of("push"), Optional.of("id-1"));

    keep(first);
    keep(refused(delivery, Optional.of("push"), Optional.of("id-1")));

    assertEquals(List.of(RefusedView.of(first)), all(RefusedFilter.ALL));
  }

  @Test
  void otherIdOrServiceIsAnotherDelivery() {
    Delivery delivery = aDelivery(GITHUB);
    var elsewhere =
        new Delivery(
            new Service("linear"),
            delivery.headers(),
            delivery.body(),
            delivery.receivedAt(),
            delivery.remoteAddress());

    keep(refused(delivery, Optional.of("push"), Optional.of("id-1")));
    keep(refused(delivery, Optional.of("push"), Optional.of("id-2")));
    keep(refused(elsewhere, Optional.of("push"), Optional.of("id-1")));

    assertEquals(3, all(RefusedFilter.ALL).size());
  }

  @Test
  void removedIsGoneAndMayComeAgain() {
    RefusedDelivery refused = refused(aDelivery(GITHUB), Optional.of("push"), Optional.of("id-1"));
    keep(refused);

    storage().refusedDeliveries().remove(refused.id());
    storage().refusedDeliveries().remove(refused.id());

    assertEquals(Optional.empty(), storage().refusedDeliveries().find(refused.id()));
    keep(refused);
    assertEquals(List.of(RefusedView.of(refused)), all(RefusedFilter.ALL));
  }

  @Test
  void unknownIdIsNotFound() {
    assertEquals(Optional.empty(), storage().refusedDeliveries().find(UUID.randomUUID()));
  }

  @Test
  void listingNarrowsAndPages() {
    RefusedDelivery push = refused(aDelivery(GITHUB), Optional.of("push"), Optional.of("id-1"));
    RefusedDelivery fork = refused(aDelivery(GITHUB), Optional.of("fork"), Optional.of("id-2"));
    keep(push);
    keep(fork);

    assertEquals(
        List.of(RefusedView.of(push)),
        all(of(Optional.of("github"), Optional.of("push"), Optional.of("RepositoryContextError"))));
    assertEquals(List.of(), all(of(Optional.of("slack"), Optional.empty(), Optional.empty())));
    assertEquals(
        List.of(), all(of(Optional.empty(), Optional.empty(), Optional.of("InvalidPayloadError"))));
    assertEquals(
        List.of(),
        all(
            new RefusedFilter(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(NOON.plusMillis(1)),
                Optional.empty())));
    var first = storage().records().refused(RefusedFilter.ALL, Optional.empty(), 1);
    assertEquals(List.of(RefusedView.of(fork)), first.items());
    var second = storage().records().refused(RefusedFilter.ALL, first.next(), 1);
    assertEquals(List.of(RefusedView.of(push)), second.items());
    assertEquals(Optional.empty(), second.next());
  }

  private static RefusedFilter of(
      Optional<String> service, Optional<String> eventType, Optional<String> error) {
    return new RefusedFilter(service, eventType, error, Optional.empty(), Optional.empty());
  }

  private List<RefusedView> all(RefusedFilter filter) {
    return storage().records().refused(filter, Optional.empty(), 100).items();
  }

  private void keep(RefusedDelivery refused) {
    storage().refusedDeliveries().keep(refused, Duration.ofSeconds(5));
  }

  private static RefusedDelivery refused(
      Delivery delivery, Optional<String> eventType, Optional<String> eventId) {
    return new RefusedDelivery(
        Samples.uuid(NOON),
        delivery,
        "RepositoryContextError",
        "no mapping fits",
        eventType,
        eventId);
  }
}
