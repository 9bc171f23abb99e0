#!/usr/bin/env python3
"""A target for Hookline: verifies each dispatch, works each event once, and answers by HTTP status."""

import base64
import contextlib
import hmac
import json
import os
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# As dispatch.http.secret: base64, with or without whsec_. Two while one replaces the other.
KEYS = [
    base64.b64decode(secret.strip().removeprefix("whsec_"))
    for secret in os.environ["RECEIVER_SECRETS"].split(",")
]
DATABASE = os.environ.get("RECEIVER_DATABASE", "handled.db")
TOLERANCE = 300  # seconds


def is_authentic(headers, body):
    """Standard Webhooks: HMAC-SHA256 over id.timestamp.body, in base64, behind "v1,"."""
    sent = headers.get("webhook-timestamp", "")
    if not (sent.isascii() and sent.isdigit()) or abs(time.time() - int(sent)) > TOLERANCE:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent}.".encode() + body
    given = headers.get("webhook-signature", "").encode().split()
    wanted = [b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256")) for key in KEYS]
    return any(hmac.compare_digest(one, other) for one in given for other in wanted)


def work(database, event):
    """What the task did. What it writes to this database commits together with the event's id."""
    repository = event["repository"]
    print(
        event["service"],
        event["event_type"],
        f"{repository['owner']}/{repository['name']}",
        json.dumps(event["user_request"]),
        flush=True,
    )


def work_once(key, event):
    """Works the event unless its idempotency key is known; both commit, or neither does."""
    with contextlib.closing(sqlite3.connect(DATABASE, timeout=5)) as database, database:
        if database.execute("INSERT OR IGNORE INTO handled VALUES (?)", (key,)).rowcount == 1:
            work(database, event)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not is_authentic(self.headers, body):
            return self.answer(401)
        try:
            work_once(self.headers["webhook-id"], json.loads(body)["data"])
        except Exception as failure:
            print(failure, file=sys.stderr, flush=True)
            return self.answer(500)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with contextlib.closing(sqlite3.connect(DATABASE)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY)")
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("RECEIVER_PORT", "9000"))), Receiver)
    print("listening on", server.server_port, flush=True)
    server.serve_forever()
