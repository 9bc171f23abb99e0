package dev.hookline.application.replay;

import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.Records;
import dev.hookline.domain.pipeline.PipelineId;
import java.util.Iterator;
import java.util.Optional;

/** All that a filter means, newest first, read from the records part by part. */
final class Listing implements Iterator<PipelineId> {
  private static final int PART = 200;

  private final Records records;
  private final PipelineFilter filter;
  private Page<PipelineView> page;
  private Iterator<PipelineView> part;

  Listing(Records records, PipelineFilter filter) {
    this.records = records;
    this.filter = filter;
    page = records.pipelines(filter, Optional.empty(), PART);
    part = page.items().iterator();
  }

  @Override
  public boolean hasNext() {
    while (!part.hasNext() && page.next().isPresent()) {
      page = records.pipelines(filter, page.next(), PART);
      part = page.items().iterator();
    }
    return part.hasNext();
  }

  @Override
  public PipelineId next() {
    return part.next().id();
  }
}
