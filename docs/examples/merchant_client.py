"""Takes a payment through the merchant API, reads its result from the stream, and gives half back.

    pip install requests redis
    python3 docs/examples/merchant_client.py

Settings come from the environment; without any it is the app demo_app of the local stack.
"""

import os
import time
import uuid
from html.parser import HTMLParser
from urllib.parse import urljoin

import redis
import requests

API = os.environ.get("PLUMBLINE_API", "http://127.0.0.1:8083/api/v1")
API_KEY = os.environ.get("PLUMBLINE_API_KEY", "local-merchant-key")
APP_ID = os.environ.get("PLUMBLINE_APP_ID", "demo_app")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:16379")
GROUP = "main_app"

http = requests.Session()
http.headers["Authorization"] = f"Bearer {API_KEY}"
streams = redis.Redis.from_url(REDIS_URL, decode_responses=True)


def call(method, path, **options):
    response = http.request(method, f"{API}{path}", timeout=10, **options)
    if not response.ok:
        raise SystemExit(f"{response.status_code}: {response.json()['detail']}")
    return response.json()


def create_payment_order(merchant_order_id, amount):
    return call(
        "POST",
        "/payment-orders",
        json={
            "app_id": APP_ID,
            "merchant_order_id": merchant_order_id,
            "amount": amount,
            "order_type": "payment",
            "subject": "Plumb bob, brass",
            "currency": "CNY",
            "extra_data": {"return_url": "https://shop.example/orders"},
        },
    )


def wait_until_processing(merchant_order_id):
    while True:
        order = call("GET", f"/payment-orders/{merchant_order_id}", params={"app_id": APP_ID})
        if order["status"] != "pending":
            return order
        time.sleep(1)


def request_refund(payment_order_id, amount):
    return call(
        "POST",
        "/refund-orders",
        json={
            "app_id": APP_ID,
            "payment_order_id": payment_order_id,
            "amount": amount,
            "reason": None,
        },
    )


def create_group(stream):
    try:
        streams.xgroup_create(stream, GROUP, id="0", mkstream=True)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def read_results(stream, handle):
    """Gives the entries of this app to `handle` until that is done; those of others are skipped."""
    consumer = f"{APP_ID}_consumer"
    while True:
        for _, entries in streams.xreadgroup(GROUP, consumer, {stream: ">"}, count=1, block=1000) or []:
            for entry_id, fields in entries:
                done = False
                if fields["app_id"] == APP_ID:
                    done = handle(fields)
                else:
                    print(f"skipped an entry of {fields['app_id']}")
                streams.xack(stream, GROUP, entry_id)
                if done:
                    return fields


def final_result(stream, key, wanted):
    def handle(fields):
        if fields[key] != wanted:
            return False
        print(f"{fields['event_type']}: {fields['old_status']} -> {fields['new_status']}")
        return fields["new_status"] in ("succeeded", "failed")

    return read_results(stream, handle)


class PayForm(HTMLParser):
    """What a browser sends when the first button of the page is pressed."""

    def __init__(self):
        super().__init__()
        self.action, self.fields = "", {}

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" or (tag == "button" and not self.fields):
            self.fields[given["name"]] = given["value"]


def pay_as_a_payer_would(payment_url):
    form = PayForm()
    form.feed(requests.get(payment_url, timeout=10).text)
    requests.post(
        urljoin(payment_url, form.action), data=form.fields, allow_redirects=False, timeout=10
    )


def main():
    for stream in ("payment_results", "refund_results"):
        create_group(stream)
    merchant_order_id = f"ORDER_{uuid.uuid4().hex[:16]}"
    created = create_payment_order(merchant_order_id, 10000)
    print(f"payment order {created['id']} is {created['status']}")
    order = wait_until_processing(merchant_order_id)
    print(f"payment order {order['id']} is {order['status']}")
    pay_as_a_payer_would(order["extra_data"]["payment_url"])
    paid = final_result("payment_results", "payment_order_id", order["id"])
    print(f"paid {paid['amount']} as {paid['gateway_transaction_id']}")
    refund = request_refund(order["id"], 5000)
    print(f"refund order {refund['id']} is {refund['status']}")
    refunded = final_result("refund_results", "refund_order_id", refund["id"])
    print(f"refunded {refunded['amount']} as {refunded['gateway_refund_id']}")


if __name__ == "__main__":
    main()
