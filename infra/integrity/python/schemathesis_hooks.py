"""What valid requests have to be beyond what JSON Schema can say.

Each touches only requests that were generated as valid; what is generated as wrong goes out as it
is. Without them such requests would be refused, and nothing behind the refusal would be tried.
"""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import schemathesis

# Of a float's whole numbers, the last that is exact.
SAFE = 2**53 - 1


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # Version 4.32 leaves a header's pattern aside where it has a colon, in the coverage phase.
    if ":" not in case.headers.get("plumbline-position", ":"):
        case.headers["plumbline-position"] = "none:0:0"
    # A key stands for one request: with another it is refused, whatever that says.
    if "idempotency-key" in case.headers:
        case.headers["idempotency-key"] = case.headers["idempotency-key"][:200] + str(uuid4())
    if isinstance(case.body, dict):
        case.body = written(case.body)
        if context.operation.label == "POST /orders":
            case.body = added_up(case.body)
        if is_of_notifications(context.operation.label):
            case.body = told(case.body, case.operation.base_url)
    if is_of_notifications(context.operation.label) and isinstance(case.query, dict):
        # An API key says whose it is; only the platform itself names others.
        case.query.pop("tenant", None)


def written(value):
    """JSON Schema takes 5.0 for an integer and any integer for a number. Amounts are read by their
    text, where a point stands for cents, and what a float cannot hold is refused, not rounded. Nor
    is a key taken that means another thing to JavaScript."""
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items() if key != "__proto__"}
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE:
        return value % SAFE
    return value


def added_up(body):
    """An order's amount is the sum of its items and is paid in full, and it can be paid for from now on, for 30 days."""
    total = sum(item["quantity"] * Decimal(str(item["unitAmount"])) for item in body["items"])
    if not 0 < total < 10**10:
        body["items"] = [{**body["items"][0], "quantity": 1, "unitAmount": 1}]
        total = Decimal(1)
    body["amount"] = format(total, "f")
    if isinstance(body.get("purchase"), dict):
        # The account pays all of it, or nothing: then a channel pays, and only then.
        channel = body["purchase"].get("channel")
        body["purchase"]["balance"] = body["amount"] if channel is None else 0
    if "paymentDeadline" in body:
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        body["paymentDeadline"] = tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ")
    return body


def is_of_notifications(label):
    return "/webhook-" in label or "/notification" in label


def told(body, url):
    """Notifications go to the mock merchant of the process itself, and settings make sense together."""
    body = {key: value for key, value in body.items() if key not in ("tenant", "everyTenant")}
    for field in ("url", "callbackUrl"):
        if field in body:
            body[field] = url.rstrip("/") + "/payment-retry/api/payment/callback/mock"
    if "events" in body:
        body = {**body, "bodyStyle": "FLAT"}
    if isinstance(body.get("intervals"), list):
        body["intervals"] = ["30s" for _ in body["intervals"]]
    if isinstance(body.get("templates"), list):
        # Text, JSON and a form alike; one template for each channel.
        ways = {each.get("payWay"): {**each, "text": "1"} for each in body["templates"]}
        body["templates"] = list(ways.values())
    if {"amount", "type"} <= body.keys():
        # How many decimals there are depends on the currency.
        body["amount"] = "1"
    return body
