"""Prints alerts as they happen, over server-sent events: the standard library is enough.

    python3 docs/examples/follow_alerts.py [--keep FILE] [--count N] [rule=A,B] [severity=CRITICAL] …

The position of the last alert that was printed is kept in the file. Started again, it goes on after it,
however long it was away.
"""

import argparse
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

URL = os.environ.get("PLUMBLINE_QUERIES_URL", "http://127.0.0.1:8086").rstrip("/")
# The service beats every 15 s: what is silent for longer is not there any more.
SILENCE_SECONDS = 40
RETRY_SECONDS = 1


def events(response):
    """Each event as its fields. A line that begins with a colon says nothing."""
    fields = {}
    for raw in response:
        line = raw.decode("utf-8").rstrip("\n")
        if line == "":
            if fields:
                yield fields
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


def keep(file, position):
    """Whole or not at all, whenever this program dies."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_text(position)
    fresh.replace(file)


def follow(file, wanted, take):
    """Gives each event to `take`, until that says that it is enough."""
    while True:
        headers = {"Last-Event-ID": file.read_text()} if file.exists() else {}
        query = urllib.parse.urlencode({"from": "beginning", **wanted})
        request = urllib.request.Request(f"{URL}/alerts/stream?{query}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=SILENCE_SECONDS) as response:
                for event in events(response):
                    if event["event"] not in ("position", "end"):
                        take(json.loads(event["data"]))
                    # After the work: what was not done is told again.
                    keep(file, event["id"])
                    if take.is_enough():
                        return
        except urllib.error.HTTPError as error:
            said = error.read().decode()
            if error.code < 500 and error.code != 429:
                raise SystemExit(f"{error.code}: {said}")
        except OSError:
            pass
        time.sleep(RETRY_SECONDS)


class Printer:
    def __init__(self, count):
        self.left = count

    def __call__(self, told):
        data = told["data"]
        said = data.get("summary") or data.get("reason", "")
        print(told["time"], told["type"], data["alertId"], f"by {told['actor']}:", said, flush=True)
        if self.left is not None:
            self.left -= 1

    def is_enough(self):
        return self.left == 0


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=Path, default=Path("alerts.position"))
    options.add_argument("--count", type=int, help="stop after so many alerts")
    options.add_argument("wanted", nargs="*", help="filters, as name=value")
    asked = options.parse_args()
    wanted = dict(each.split("=", 1) for each in asked.wanted)
    try:
        follow(asked.keep, wanted, Printer(asked.count))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
