"""Prints what archives hold, one JSON line a record: any Avro tool reads them.

    pip install fastavro
    python3 read_archive.py /backup/2026-11-23/orders.events.v1/*.avro
"""

import json
import sys
from datetime import datetime

from fastavro import reader


def plain(value):
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.hex() if isinstance(value, bytes) else str(value)


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        # With the name of its type beside a value that is a record: the topic may hold several.
        for record in reader(file, return_record_name=True):
            value = record["value"]
            kind, value = value if isinstance(value, tuple) else (None, value)
            headers = [[each["name"], each["value"]] for each in record["headers"]]
            line = {**record, "headers": headers, "type": kind, "value": value}
            print(json.dumps(line, default=plain, ensure_ascii=False))
