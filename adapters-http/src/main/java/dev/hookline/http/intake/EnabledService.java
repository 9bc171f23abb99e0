package dev.hookline.http.intake;

import dev.hookline.application.receive.ServiceProfile;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.provider.Dialect;
import dev.hookline.http.provider.ProviderProfile.RefuseWith;

/**
 * A service that deliveries are taken from.
 *
 * @param dialect what its sender expects of an answer
 * @param profile what receiving takes; names the service
 * @param refuseWith how an authentic event that is unwanted or unmapped is answered
 */
public record EnabledService(Dialect dialect, ServiceProfile profile, RefuseWith refuseWith) {

  /** The service's name on the wire and in the path. */
  public Service service() {
    return profile.service();
  }
}
