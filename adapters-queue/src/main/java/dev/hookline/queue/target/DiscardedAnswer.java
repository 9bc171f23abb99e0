package dev.hookline.queue.target;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request: its head is told as soon as it is there; its body is read only so that
 * the connection can serve again, and nothing that goes wrong with it is told.
 */
final class DiscardedAnswer implements BodyHandler<Void>, BodySubscriber<Void> {
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable ResponseInfo head;
  private volatile @Nullable Subscription subscription;
  private long left;

  /**
   * @param maxBytes beyond which the connection is given up
   */
  DiscardedAnswer(long maxBytes) {
    left = maxBytes;
  }

  /** Status and headers; empty if there was no answer. */
  Optional<ResponseInfo> head() {
    return Optional.ofNullable(head);
  }

  @Override
  public BodySubscriber<Void> apply(ResponseInfo answered) {
    head = answered;
    return this;
  }

  @Override
  public CompletionStage<Void> getBody() {
    return begun;
  }

  @Override
  public void onSubscribe(Subscription started) {
    subscription = started;
    begun.complete(null);
    started.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> part) {
    left -= part.stream().mapToLong(ByteBuffer::remaining).sum();
    if (left < 0) {
      giveUp();
    }
  }

  @Override
  public void onError(Throwable failure) {
    begun.complete(null);
    ended.countDown();
  }

  @Override
  public void onComplete() {
    ended.countDown();
  }

  /** Waits for the body's end, and gives the connection up if that takes longer. */
  void finishWithin(Duration patience) throws InterruptedException {
    try {
      boolean _ = ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      if (ended.getCount() > 0) {
        giveUp();
      }
    }
  }

  private void giveUp() {
    var running = subscription;
    if (running != null) {
      running.cancel();
    }
    ended.countDown();
  }
}
