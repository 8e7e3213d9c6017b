"""A service in miniature: serves one page, has a child of its own, and notes both process ids.

``small_service.py PORT FOLDER``: exits at once while ``FOLDER/sick`` exists.
"""

import http.server
import os
import subprocess
import sys
from pathlib import Path


class Page(http.server.BaseHTTPRequestHandler):
    """Answers 200 to every GET."""

    def do_GET(self) -> None:
        """Say that it is well."""
        self.send_response(200)
        self.end_headers()


port, folder = int(sys.argv[1]), Path(sys.argv[2])
print(f"small service on {port}", flush=True)
if (folder / "sick").exists():
    sys.exit("small service is sick")
child = subprocess.Popen(["/bin/sleep", "300"])
(folder / "pids").write_text(f"{os.getpid()} {child.pid}")
http.server.HTTPServer(("127.0.0.1", port), Page).serve_forever()
