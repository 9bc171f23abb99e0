package dev.hookline.application.secret;

import java.util.List;

/**
 * Port: what is on record of the use of secrets, from all intakes together. A secret is known by
 * its service and fingerprint.
 */
public interface SecretUses {

  /**
   * Adds what an intake has seen since it last did, in one transaction: deliveries are summed, and
   * the earliest and latest times stay.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away; it
   *     is not known then whether they were added
   */
  void add(List<SecretUse> uses);

  /**
   * All that is on record, in the order of services and positions.
   *
   * @throws dev.hookline.application.pipeline.StoreUnavailableException if the database is away
   */
  List<SecretUse> list();
}
