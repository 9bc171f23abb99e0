package dev.hookline.http.github;

import static java.util.Map.entry;

import java.util.Map;

/**
 * What is known of GitHub's events beyond repository, sender and action, by the event's name
 * (GitHub Docs, "Webhook events and payloads").
 */
final class EventReadings {
  private static final EventReading ANY = new EventReading();

  private static final Map<String, EventReading> KNOWN =
      Map.ofEntries(
          entry(
              "issue_comment",
              new EventReading()
                  .has("comment", "issue")
                  .request("comment.body")
                  .timeWhen("created", "comment.created_at")
                  .timeWhen("edited", "comment.updated_at")
                  .whole("issue_number", "issue.number")
                  .text("issue_title", "issue.title")
                  .presence("is_pull_request", "issue.pull_request")
                  .whole("comment_id", "comment.id")
                  .text("comment_url", "comment.html_url")
                  .text("author_association", "comment.author_association")
                  .text("performed_via_app", "comment.performed_via_github_app.slug")
                  .text("previous_body", "changes.body.from")),
          entry(
              "pull_request",
              pullRequest(new EventReading())
                  .lacks("review", "comment", "thread")
                  .request("pull_request.body", "pull_request.title")
                  // Later actions on a closed one still carry the time of its closing.
                  .timeWhen("closed", "pull_request.merged_at", "pull_request.closed_at")
                  .time("pull_request.updated_at", "pull_request.created_at")
                  .text("pull_request_title", "pull_request.title")
                  .text("pull_request_url", "pull_request.html_url")
                  .flag("draft", "pull_request.draft")
                  .flag("merged", "pull_request.merged")
                  .text("author_association", "pull_request.author_association")
                  .text("label", "label.name")
                  .text("assignee", "assignee.login")
                  .text("requested_reviewer", "requested_reviewer.login")
                  .text("before", "before")
                  .text("after", "after")),
          entry(
              "push",
              new EventReading()
                  .has("ref")
                  .lacks("ref_type", "workflow")
                  .request("head_commit.message")
                  .time("repository.pushed_at", "head_commit.timestamp")
                  .text("ref", "ref")
                  .text("before", "before")
                  .text("after", "after")
                  .flag("created", "created")
                  .flag("deleted", "deleted")
                  .flag("forced", "forced")
                  .text("compare", "compare")
                  .text("base_ref", "base_ref")),
          entry(
              "issues",
              new EventReading()
                  .has("issue")
                  .lacks("comment")
                  .request("issue.body", "issue.title")
                  .time("issue.updated_at")
                  .whole("issue_number", "issue.number")
                  .text("issue_title", "issue.title")
                  .text("issue_url", "issue.html_url")
                  .text("author_association", "issue.author_association")
                  .text("label", "label.name")
                  .text("assignee", "assignee.login")),
          entry(
              "pull_request_review",
              pullRequest(new EventReading())
                  .has("review")
                  .request("review.body")
                  .time("review.submitted_at")
                  .text("review_state", "review.state")
                  .whole("review_id", "review.id")
                  .text("commit_id", "review.commit_id")
                  .text("author_association", "review.author_association")),
          entry(
              "pull_request_review_comment",
              comment(pullRequest(new EventReading()))
                  .whole("in_reply_to_id", "comment.in_reply_to_id")),
          entry(
              "commit_comment",
              comment(new EventReading()).lacks("issue", "pull_request", "discussion")),
          entry(
              "discussion",
              discussion(new EventReading())
                  .lacks("comment")
                  .request("discussion.body")
                  .time("discussion.updated_at")
                  .text("author_association", "discussion.author_association")
                  .text("label", "label.name")),
          entry(
              "discussion_comment",
              discussion(new EventReading())
                  .has("comment")
                  .request("comment.body")
                  .time("comment.updated_at")
                  .whole("comment_id", "comment.id")
                  .text("comment_url", "comment.html_url")
                  .text("author_association", "comment.author_association")),
          entry(
              "check_run",
              new EventReading()
                  .has("check_run")
                  .time("check_run.completed_at", "check_run.started_at")
                  .text("name", "check_run.name")
                  .text("status", "check_run.status")
                  .text("conclusion", "check_run.conclusion")
                  .text("head_sha", "check_run.head_sha")
                  .text("head_branch", "check_run.check_suite.head_branch")
                  .text("requested_action", "requested_action.identifier")
                  .numbers("pull_requests", "check_run.pull_requests", "number")),
          entry(
              "check_suite",
              new EventReading()
                  .has("check_suite")
                  .lacks("check_run")
                  .time(
                      "check_suite.completed_at",
                      "check_suite.started_at",
                      "check_suite.updated_at",
                      "check_suite.created_at")
                  .text("status", "check_suite.status")
                  .text("conclusion", "check_suite.conclusion")
                  .text("head_sha", "check_suite.head_sha")
                  .text("head_branch", "check_suite.head_branch")
                  .text("requested_action", "requested_action.identifier")
                  .numbers("pull_requests", "check_suite.pull_requests", "number")),
          entry(
              "workflow_run",
              workflow(new EventReading(), "workflow_run")
                  .lacks("workflow_job")
                  .whole("run_id", "workflow_run.id")
                  .whole("run_number", "workflow_run.run_number")
                  .text("triggered_by", "workflow_run.event")),
          entry(
              "workflow_job",
              workflow(new EventReading(), "workflow_job").whole("run_id", "workflow_job.run_id")),
          entry(
              "workflow_dispatch",
              new EventReading()
                  .has("workflow", "ref")
                  .text("ref", "ref")
                  .text("workflow", "workflow")
                  .json("inputs", "inputs")),
          entry(
              "repository_dispatch",
              new EventReading()
                  .has("action", "branch")
                  .text("branch", "branch")
                  .json("client_payload", "client_payload")),
          entry(
              "release",
              new EventReading()
                  .has("release")
                  .request("release.body")
                  .time("release.published_at", "release.created_at")
                  .text("tag_name", "release.tag_name")
                  .text("release_name", "release.name")
                  .text("release_url", "release.html_url")
                  .text("target_commitish", "release.target_commitish")
                  .flag("draft", "release.draft")
                  .flag("prerelease", "release.prerelease")),
          entry("create", ref(new EventReading()).has("master_branch")),
          entry("delete", ref(new EventReading()).lacks("master_branch")),
          entry(
              "installation",
              // Whatever is sent to an app names its installation; this event alone says whose.
              installation(new EventReading())
                  .has("installation.account")
                  .lacks("repositories_added")),
          entry(
              "installation_repositories",
              installation(new EventReading())
                  .has("repository_selection")
                  .texts("repositories_added", "repositories_added", "full_name")
                  .texts("repositories_removed", "repositories_removed", "full_name")));

  private EventReadings() {}

  /** The event's reading; one that expects and finds nothing if the event is not known. */
  static EventReading of(String event) {
    return KNOWN.getOrDefault(event, ANY);
  }

  private static EventReading pullRequest(EventReading reading) {
    return reading
        .has("pull_request")
        .whole("pull_request_number", "pull_request.number")
        .text("head_ref", "pull_request.head.ref")
        .text("head_sha", "pull_request.head.sha")
        .text("head_repository", "pull_request.head.repo.full_name")
        .text("base_ref", "pull_request.base.ref")
        .text("base_sha", "pull_request.base.sha");
  }

  private static EventReading comment(EventReading reading) {
    return reading
        .has("comment")
        .request("comment.body")
        .time("comment.updated_at")
        .whole("comment_id", "comment.id")
        .text("comment_url", "comment.html_url")
        .text("author_association", "comment.author_association")
        .text("commit_id", "comment.commit_id")
        .text("path", "comment.path")
        .whole("line", "comment.line");
  }

  private static EventReading discussion(EventReading reading) {
    return reading
        .has("discussion")
        .whole("discussion_number", "discussion.number")
        .text("discussion_title", "discussion.title")
        .text("discussion_category", "discussion.category.slug");
  }

  private static EventReading workflow(EventReading reading, String object) {
    return reading
        .has(object)
        .time(object + ".updated_at", object + ".completed_at")
        .text("name", object + ".name")
        .text("status", object + ".status")
        .text("conclusion", object + ".conclusion")
        .whole("run_attempt", object + ".run_attempt")
        .text("head_branch", object + ".head_branch")
        .text("head_sha", object + ".head_sha");
  }

  private static EventReading ref(EventReading reading) {
    return reading
        .has("ref", "ref_type")
        .time("repository.pushed_at")
        .text("ref", "ref")
        .text("ref_type", "ref_type");
  }

  private static EventReading installation(EventReading reading) {
    return reading
        .has("installation")
        .time("installation.updated_at")
        .text("account", "installation.account.login")
        .texts("repositories", "repositories", "full_name");
  }
}
