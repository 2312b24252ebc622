"""Reports money on personal accounts to the channel monitor, and shows which orders wait for it.

    python3 docs/examples/monitor_client.py report --keep kept records.jsonl
    python3 docs/examples/monitor_client.py orders --pid 1000

Standard library only. Settings come from the environment; without any it is the merchant 1000 of the
local stack. A record is on the disk before it is first tried, and stays there until it was accepted.
"""

import argparse
import hashlib
import hmac
import json
import os
import random
import re
import secrets
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

URL = os.environ.get("PLUMBLINE_CHANNEL_MONITOR_URL", "http://127.0.0.1:8130").rstrip("/")
CLIENT = os.environ.get("PLUMBLINE_MONITOR_CLIENT", "1000")
SECRET = os.environ.get("PLUMBLINE_MONITOR_SECRET", "local-monitor-key")
TOKEN = os.environ.get("PLUMBLINE_MONITOR_TOKEN")

CALL_SECONDS = 20
# How soon a new line is seen.
LOOK_SECONDS = 0.2
# Nobody can accept the same thing later: something is wrong with it, or with who reports it.
FINAL = (400, 403, 404, 413)


def canonical(method, url, body, timestamp, nonce, client):
    parts = urlsplit(url)
    pairs = [(quote(k, safe=""), quote(v, safe="")) for k, v in parse_qsl(parts.query, keep_blank_values=True)]
    query = "&".join(f"{k}={v}" for k, v in sorted(pairs, key=lambda pair: pair[0]))
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join(["v1", method, parts.path, query, digest, timestamp, nonce, client])


def credentials(method, url, body):
    """Headers that say who calls. A nonce counts once, so each try has its own."""
    if TOKEN:
        return {"Authorization": f"Bearer {TOKEN}"}
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    text = canonical(method, url, body, timestamp, nonce, CLIENT)
    mac = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {"client": CLIENT, "timestamp": timestamp, "nonce": nonce, "signature": f"v1={mac}"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signature is for one address; an answer that leads elsewhere is none."""

    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirect)


def call(method, path, body=b""):
    """Status, what was said as JSON (None for anything else), and seconds that the server asks for."""
    url = URL + path
    headers = credentials(method, url, body)
    if body:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, data=body or None, headers=headers, method=method)
    try:
        with opener.open(request, timeout=CALL_SECONDS) as response:
            status, text, retry_after = response.status, response.read(), None
    except urllib.error.HTTPError as error:
        status, text, retry_after = error.code, error.read(), error.headers.get("Retry-After")
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    return status, said, int(retry_after) if (retry_after or "").isdigit() else 0


def report(record):
    """("accepted", answer, 0), ("again", why, seconds to wait at least) or ("never", why, 0)."""
    try:
        status, said, retry_after = call("POST", "/api/monitor/records", record.encode())
    except Exception as error:  # No answer, or half of one: whatever it was, the record is kept.
        return "again", f"{type(error).__name__}: {error}", 0
    # Success that says nothing is none: a network that wants a login answers 200 to everything.
    if 200 <= status < 300 and isinstance(said, dict) and said.get("result"):
        return "accepted", said, 0
    detail = f"{said.get('code')}: {said.get('message')}" if isinstance(said, dict) else "no answer of a monitor"
    return ("never" if status in FINAL else "again"), f"{status} {detail}", retry_after


def sync_folder(folder):
    if os.name == "nt":  # Windows flushes no folders.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path, content):
    """Whole or not at all, and on the disk when this returns."""
    partial = path.with_name(path.name + ".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    sync_folder(path.parent)


class Folder:
    """Records that were not accepted yet, one file each; those of plumbline monitor-client are the same."""

    def __init__(self, path):
        self.path, self.alarmed, self.malformed = path, path / "alarmed", path / "malformed"
        for each in (self.path, self.alarmed, self.malformed):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        for partial in self.path.glob("*.partial"):
            partial.unlink()

    def waiting(self):
        return sorted(self.path.glob("*.json"))

    def keep(self, record):
        digest = hashlib.sha256(record.encode()).hexdigest()[:32]
        for there in self.path.glob(f"*-{digest}.json"):
            return there
        now = datetime.now(timezone.utc)
        path = self.path / f"{int(now.timestamp() * 1000):013d}-{digest}.json"
        kept_at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.put(path, {"record": record, "keptAt": kept_at, "tries": 0, "problem": None})
        return path

    def read(self, path):
        try:
            kept = json.loads(path.read_bytes())
            return kept if isinstance(kept["record"], str) and isinstance(kept["tries"], int) else None
        except (ValueError, TypeError, KeyError):
            return None

    def put(self, path, kept):
        write(path, json.dumps(kept, ensure_ascii=False).encode() + b"\n")

    def alarm(self, path):
        os.replace(path, self.alarmed / path.name)
        sync_folder(self.alarmed)
        sync_folder(self.path)

    def put_aside(self, line, number):
        digest = hashlib.sha256(line).hexdigest()[:32]
        path = self.malformed / f"{int(time.time() * 1000)}-line-{number}-{digest}.txt"
        write(path, line)
        return path


def problem_of(record):
    """What is wrong with the form of a record; None for nothing. The rest the server says."""
    try:
        fields = json.loads(record)
    except ValueError:
        return "is not JSON"
    if not isinstance(fields, dict):
        return "is no JSON object"
    for name in ("pid", "aid"):
        value = fields.get(name)
        if isinstance(value, bool) or not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", str(value)):
            return f"{name}: is no id"
    for name in ("payway", "channel", "platformOrder", "rawPayload"):
        value = fields.get(name)
        if not isinstance(value, str) or (value == "" and name != "rawPayload"):
            return f"{name}: is no text"
    price = fields.get("price")
    if isinstance(price, bool) or not re.fullmatch(r"\d+(\.\d+)?", str(price)):
        return "price: is no amount such as 10.00"
    return None


def name_of(record):
    fields = json.loads(record)
    return f"{fields['platformOrder']} of {fields['pid']}.{fields['aid']}"


def say(text, file=sys.stdout):
    print(text, file=file, flush=True)


def take(lines, folder):
    """Keeps each line that is a record; how many were none."""
    malformed = 0
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line:
            continue
        try:
            record = line.decode()
            problem = problem_of(record)
        except UnicodeDecodeError:
            record, problem = "", "is not UTF-8"
        if problem is None:
            folder.keep(record)
            say(f"kept {name_of(record)}")
        else:
            malformed += 1
            say(f"line {number} is no record: {problem}; put into {folder.put_aside(line, number)}", sys.stderr)
    return malformed


def raise_alarm(kept, path, folder, command):
    file = folder.alarmed / path.name
    say(f"ALARM {name_of(kept['record'])}: not accepted, {kept['tries']} tries: {kept['problem']}; kept in {file}", sys.stderr)
    if command:
        alarm = {"record": kept["record"], "tries": kept["tries"], "problem": kept["problem"], "file": str(file)}
        try:
            subprocess.run(command, shell=True, input=json.dumps(alarm).encode(), timeout=30, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            say(f"the alarm command failed: {error}", sys.stderr)
    folder.alarm(path)


def deliver(folder, options, is_fed):
    """Tries what waits, until all is settled and nothing more comes; how many were alarmed."""
    alarms, due, quiet_until = 0, {}, 0
    while True:
        more = is_fed()
        paths = folder.waiting()
        if not paths and not more:
            return alarms
        path = min(paths, key=lambda each: (due.get(each, 0), each), default=None)
        wait = max(due.get(path, 0), quiet_until) - time.monotonic()
        if path is None or wait > 0:
            time.sleep(LOOK_SECONDS if path is None else min(wait, LOOK_SECONDS))
            continue
        due.pop(path, None)
        kept = folder.read(path)
        if kept is None:
            alarms += 1
            say(f"ALARM a file cannot be read: {folder.alarmed / path.name}", sys.stderr)
            folder.alarm(path)
            continue
        outcome, said, retry_after = report(kept["record"])
        if outcome == "accepted":
            # After the answer, never before: a record that comes back is a DUPLICATE, which harms nobody.
            path.unlink()
            order = f", order {said['orderId']}" if said.get("orderId") else ""
            say(f"{said['result']} {name_of(kept['record'])}{order}")
            continue
        kept.update(tries=kept["tries"] + 1, problem=said)
        folder.put(path, kept)
        if outcome == "never" or kept["tries"] >= options.tries:
            alarms += 1
            raise_alarm(kept, path, folder, options.alarm_command)
            continue
        # Full jitter: a random share of 1, 2, 4 … seconds, so that clients do not return as one.
        most = min(options.longest_wait, options.first_wait * 2 ** min(kept["tries"] - 1, 30))
        wait = random.random() * most
        due[path] = time.monotonic() + wait
        quiet_until = time.monotonic() + min(retry_after, options.longest_wait)
        say(f"{name_of(kept['record'])}: try {kept['tries']} failed, the next in {wait:.1f} s: {said}", sys.stderr)


class Feeder(threading.Thread):
    """Keeps what comes while the rest is reported: the input may go on for ever."""

    def __init__(self, records, folder):
        super().__init__(daemon=True)
        self.records, self.folder, self.malformed, self.error = records, folder, 0, None

    def run(self):
        try:
            if self.records == "-":
                self.malformed = take(sys.stdin.buffer, self.folder)
            elif self.records:
                with open(self.records, "rb") as lines:
                    self.malformed = take(lines, self.folder)
        except OSError as error:
            self.error = error


def report_all(options):
    folder = Folder(Path(options.keep))
    if options.retry_alarmed:
        for path in folder.alarmed.glob("*.json"):
            folder.put(folder.path / path.name, {**json.loads(path.read_bytes()), "tries": 0})
            path.unlink()
    feeder = Feeder(options.records, folder)
    feeder.start()
    try:
        alarms = deliver(folder, options, feeder.is_alive)
    except KeyboardInterrupt:
        say(f"{len(folder.waiting())} records are kept: the same command goes on with them", sys.stderr)
        return 1
    if feeder.error:
        say(f"records cannot be read or kept: {feeder.error}", sys.stderr)
    return 1 if alarms or feeder.malformed or feeder.error else 0


def show_orders(options):
    query = f"?pid={quote(options.pid, safe='')}" if options.pid else ""
    status, said, _ = call("GET", f"/api/monitor/orders/active{query}")
    if status != 200 or not isinstance(said, list):
        say(f"active orders cannot be read: {status} {said}", sys.stderr)
        return 1
    for order in said:
        say(json.dumps(order, ensure_ascii=False))
    return 0


def main():
    parser = argparse.ArgumentParser(description="Exit codes: 0 all accepted, 1 some alarmed or malformed.")
    commands = parser.add_subparsers(required=True)
    reporting = commands.add_parser("report", help="report JSON lines, and what is kept from before")
    reporting.add_argument("records", nargs="?", help="a file; - for the standard input")
    reporting.add_argument("--keep", required=True, help="folder for records until they are accepted")
    reporting.add_argument("--tries", type=int, default=20, help="of a record before its alarm")
    reporting.add_argument("--first-wait", type=float, default=1, help="seconds; doubled with each try")
    reporting.add_argument("--longest-wait", type=float, default=60, help="seconds")
    reporting.add_argument("--alarm-command", help="run for each alarm, which it gets as JSON")
    reporting.add_argument("--retry-alarmed", action="store_true", help="what was alarmed is tried again")
    reporting.set_defaults(run=report_all)
    orders = commands.add_parser("orders", help="show the active orders, one JSON object a line")
    orders.add_argument("--pid", help="of this merchant only")
    orders.set_defaults(run=show_orders)
    options = parser.parse_args()
    sys.exit(options.run(options))


if __name__ == "__main__":
    main()
