"""Verifies a notification as its receiver does: Standard Webhooks, with the standard library alone.

    python3 docs/examples/verify_webhook.py --secret whsec_… < request

`request` is the HTTP request as it came: request line, headers, an empty line, the body. Says what is
wrong and ends with 1 where it is not good. --oracle has the package `standardwebhooks` from PyPI say
what it thinks, too, and ends with 2 where the two disagree.
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import sys
import time

TOLERANCE_SECONDS = 5 * 60


class Refused(Exception):
    pass


def verify(secrets, headers, body, now_seconds):
    """Raises Refused unless one of the secrets signed these bytes, and lately. Names in lower case."""
    try:
        identifier, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"]
    except KeyError as missing:
        raise Refused(f"the header {missing.args[0]} is missing") from None
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise Refused("webhook-timestamp is no whole number of seconds")
    if abs(now_seconds - int(timestamp)) > TOLERANCE_SECONDS:
        raise Refused("webhook-timestamp is more than five minutes away: sent again, or a wrong clock")
    signed = f"{identifier}.{timestamp}.".encode() + body
    good = False
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = hmac.new(key, signed, hashlib.sha256).digest()
        for signature in signatures.split(" "):
            version, _, encoded = signature.partition(",")
            if version != "v1":
                continue
            try:
                # In constant time: how long it takes tells nothing of the signature.
                good |= hmac.compare_digest(expected, base64.b64decode(encoded))
            except binascii.Error:
                pass
    if not good:
        raise Refused("no signature is of this secret over these bytes")


def parse_request(raw):
    # The body is bytes: whoever decodes or parses it first verifies something else.
    head, _, body = raw.replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
    lines = head.decode("latin-1").splitlines()[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, body


def oracle_says(secrets, headers, body):
    from standardwebhooks import Webhook, WebhookVerificationError

    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers)
            return True
        except WebhookVerificationError:
            continue
        except ValueError:
            return True  # Good, and no JSON.
    return False


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--secret", action="append", required=True, help="more than one while one replaces another")
    options.add_argument("--now", type=int, help="seconds since the epoch, for requests of another day")
    options.add_argument("--oracle", action="store_true")
    asked = options.parse_args()
    headers, body = parse_request(sys.stdin.buffer.read())
    good = True
    try:
        verify(asked.secret, headers, body, asked.now or time.time())
        print(f"good: {headers.get('webhook-id', '')}, {len(body)} bytes")
    except Refused as refused:
        good = False
        print(f"refused: {refused}")
    if asked.oracle and oracle_says(asked.secret, headers, body) != good:
        print("the package standardwebhooks says otherwise")
        sys.exit(2)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
