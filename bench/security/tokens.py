"""Prints tokens for the clients c0, c1, … as many as the argument says, signed with the secret in SECRET."""
import base64
import hashlib
import hmac
import json
import os
import sys
import time


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=")


header = encoded(json.dumps({"alg": "HS256"}).encode())
for client in range(int(sys.argv[1])):
    now = int(time.time())
    claims = {"sub": f"c{client}", "iat": now, "exp": now + 3600, "jti": f"token-{client}"}
    signed = header + b"." + encoded(json.dumps(claims).encode())
    signature = hmac.new(os.environ["SECRET"].encode(), signed, hashlib.sha256).digest()
    print((signed + b"." + encoded(signature)).decode())
