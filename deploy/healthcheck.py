"""Asks a server of this container how it is: ``python healthcheck.py PORT PATH``.

Ends with 0 if it answers 2xx. Rasa's ``/status`` wants RASA_TOKEN, which is taken from the
environment, so that no command line shows it.
"""

import http.client
import os
import sys
from urllib.parse import quote


def main(port: str, path: str) -> int:
    """Ask once, for four seconds at most."""
    if path == "/status":
        # Of several, while it is rolled, Rasa itself knows the first.
        token = os.environ.get("RASA_TOKEN", "").split(",")[0].strip()
        path += f"?token={quote(token, safe='')}"
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=4)
    try:
        connection.request("GET", path)
        return 0 if 200 <= connection.getresponse().status < 300 else 1
    except (OSError, http.client.HTTPException) as error:
        print(type(error).__name__)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
