"""Prints alerts as they are raised and as they go on, from Kafka.

    pip install "confluent-kafka[avro,schemaregistry]"
    python3 docs/examples/consume_alerts.py [--group NAME] [--count N]

Started again with the same group, it goes on after the last alert that it had printed.
"""

import argparse
import os

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

BROKERS = os.environ.get("PLUMBLINE_KAFKA_BROKERS", "127.0.0.1:19092")
REGISTRY = os.environ.get("PLUMBLINE_REGISTRY_URL", "http://127.0.0.1:18081/apis/ccompat/v7")
TOPIC = "alerts.order_payment_inconsistency.v1"


def show(alert, about):
    """`about` are the headers: who, when and why (docs/formats.md)."""
    said = alert.get("summary") or alert.get("reason", "")
    line = [about["ce_time"], about["ce_type"], alert.get("alertId", "-")]
    print(*line, f"by {about['ce_actor']}:", said, flush=True)
    if about["ce_type"] == "AlertRaised":
        # Amounts are minor units, times are datetimes in UTC.
        stake = f"{alert['amountMinor']} minor units of {alert['currency']}"
        print(" ", alert["rule"], alert["severity"], alert["orderNo"], stake, flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--group", default="alerts-example")
    options.add_argument("--count", type=int, help="stop after so many records")
    asked = options.parse_args()
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": asked.group,
            "auto.offset.reset": "earliest",
            # What was handled is committed, below: a record is seen again rather than never.
            "enable.auto.commit": False,
            # Without it a reader sees events of transactions that never happened.
            "isolation.level": "read_committed",
        }
    )
    decode = AvroDeserializer(SchemaRegistryClient({"url": REGISTRY}))
    consumer.subscribe([TOPIC])
    seen = 0
    try:
        while asked.count is None or seen < asked.count:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise SystemExit(f"kafka: {message.error()}")
            about = {name: raw.decode() for name, raw in message.headers() or []}
            show(decode(message.value(), SerializationContext(TOPIC, MessageField.VALUE)), about)
            consumer.commit(message, asynchronous=False)
            seen += 1
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
