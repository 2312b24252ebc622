"""Creates an order without HTTP: one command in, one outcome out.

    python3 docs/examples/send_command.py ORDER_NUMBER

Nobody but the orders task writes orders.events.v1: what happened is decided in one place, in one
transaction with the answer, and a second writer would decide behind its back. Whoever wants
something sends a command and reads its outcome.
"""

import sys
import time
import uuid
from datetime import datetime, timedelta, timezone

from confluent_kafka import Consumer, Producer

from plumbline_avro import BROKERS, decode, encode, headers_of

COMMANDS, OUTCOMES = "orders.commands.v1", "orders.outcomes.v1"


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    order_no, tenant = sys.argv[1], "main"
    now = datetime.now(timezone.utc)
    # The id is made once and used for every repeat: the same id gets the same outcome.
    command_id = str(uuid.uuid4())

    outcomes = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": f"send-command-{command_id}",
            "auto.offset.reset": "latest",
            "isolation.level": "read_committed",
        }
    )
    outcomes.subscribe([OUTCOMES])
    while not outcomes.assignment():  # be there before the outcome is
        outcomes.poll(0.1)
    time.sleep(0.5)

    # librdkafka's own default partitioner is not Java's: the command would be dead-lettered as
    # WRONG_PARTITION.
    producer = Producer(
        {"bootstrap.servers": BROKERS, "partitioner": "murmur2_random", "acks": "all"}
    )
    value = encode(
        COMMANDS,
        "plumbline.orders.CreateOrder",
        {
            "orderNo": order_no,
            "tenant": tenant,
            "items": [{"sku": "BOOK-1", "quantity": 2, "unitAmountMinor": 4995}],
            "amountMinor": 9990,
            "currency": "CNY",
            "payBy": now + timedelta(minutes=30),
            "idempotencyKey": None,
            "fingerprint": f"example:{order_no}",
        },
    )
    headers = {
        "content-type": "application/avro",
        "ce_specversion": "1.0",
        "ce_id": command_id,
        "ce_source": "/example/python",
        "ce_type": "CreateOrder",
        "ce_time": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
        "ce_subject": order_no,
        "ce_correlationid": command_id,
        "ce_actor": "api:example",
    }
    producer.produce(
        COMMANDS,
        key=f"{tenant}/{order_no}".encode(),
        value=value,
        headers=[(name, text.encode()) for name, text in headers.items()],
    )
    producer.flush(10)

    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        message = outcomes.poll(0.5)
        if message is None or message.error():
            continue
        if headers_of(message).get("ce_causationid") == command_id:
            outcome = decode(message.value())
            print(outcome["status"], outcome["code"] or "", outcome["answer"] or outcome["message"])
            outcomes.close()
            return
    raise SystemExit("no outcome within 15 s; the command is in the log and will be decided")


if __name__ == "__main__":
    main()
