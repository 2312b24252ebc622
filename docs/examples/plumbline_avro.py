"""Reads and writes Plumbline's records with ordinary libraries: confluent-kafka and fastavro.

    pip install confluent-kafka fastavro

A value is Confluent's framing (a zero byte and the schema id) and Avro binary; who, when and why
stand in the headers (docs/formats.md).
"""

import io
import json
import os
import struct
import urllib.request
from functools import lru_cache

import fastavro

BROKERS = os.environ.get("PLUMBLINE_KAFKA_BROKERS", "127.0.0.1:19092")
REGISTRY = os.environ.get("PLUMBLINE_REGISTRY_URL", "http://127.0.0.1:18081/apis/ccompat/v7")


def _get(path):
    with urllib.request.urlopen(f"{REGISTRY}{path}", timeout=10) as answer:
        return json.load(answer)


@lru_cache(maxsize=None)
def schema_of(schema_id):
    """The writer's schema, fetched once."""
    return fastavro.parse_schema(json.loads(_get(f"/schemas/ids/{schema_id}")["schema"]))


@lru_cache(maxsize=None)
def newest(topic, record):
    """Id and schema that a producer writes `record` with (TopicRecordNameStrategy)."""
    answer = _get(f"/subjects/{topic}-{record}/versions/latest")
    return answer["id"], fastavro.parse_schema(json.loads(answer["schema"]))


def decode(value):
    """A record's data as a dict. Amounts are integers in minor units, times datetimes in UTC."""
    magic, schema_id = struct.unpack(">bI", value[:5])
    if magic != 0:
        raise ValueError("not a framed Avro value")
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), schema_of(schema_id))


def encode(topic, record, data):
    """`data` as a framed value of the newest schema, for example of plumbline.orders.CreateOrder."""
    schema_id, schema = newest(topic, record)
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, data)
    return struct.pack(">bI", 0, schema_id) + body.getvalue()


def headers_of(message):
    return {name: raw.decode("utf-8") for name, raw in message.headers() or []}
