package dev.hookline.bootstrap.load;

/**
 * What the intake answered.
 *
 * @param pipelineHigh the first half of the pipeline's id; both are 0 if none was named
 * @param pipelineLow the other half
 * @param duplicate whether it says that the delivery came before
 * @param refused whether it says that the delivery cannot be used, though the status is a success
 */
record Answer(int status, long pipelineHigh, long pipelineLow, boolean duplicate, boolean refused) {

  boolean isSuccess() {
    return status / 100 == 2;
  }
}
