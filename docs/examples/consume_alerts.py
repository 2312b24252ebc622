"""Prints alerts as they are raised and resolved.

    python3 docs/examples/consume_alerts.py [--from-beginning] [--count N]
"""

import argparse

from confluent_kafka import Consumer

from plumbline_avro import BROKERS, decode, headers_of

TOPIC = "alerts.order_payment_inconsistency.v1"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from-beginning", action="store_true")
    options.add_argument("--count", type=int, help="stop after so many records")
    options.add_argument("--group", default="alerts-example")
    asked = options.parse_args()
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": asked.group,
            "auto.offset.reset": "earliest" if asked.from_beginning else "latest",
            # Without it a reader sees events of transactions that never happened.
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([TOPIC])
    seen = 0
    try:
        while asked.count is None or seen < asked.count:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                raise SystemExit(f"kafka: {message.error()}")
            seen += 1
            alert, about = decode(message.value()), headers_of(message)
            if about["ce_type"] == "AlertRaised":
                print(f"{about['ce_time']} RAISED   {alert['rule']} {alert['orderNo']} {alert['summary']}")
            elif about["ce_type"] == "AlertResolved":
                print(f"{about['ce_time']} RESOLVED {alert['rule']} {alert['orderNo']} {alert['reason']}")
            else:
                print(f"{about['ce_time']} {about['ce_type']}")
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
