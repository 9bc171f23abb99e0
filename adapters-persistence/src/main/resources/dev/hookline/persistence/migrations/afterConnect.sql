-- Nobody waits longer than this behind a change that waits for its own lock.
SET lock_timeout = '2s';
