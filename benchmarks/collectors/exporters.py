"""`python -m benchmarks.collectors.exporters TARGETS SERIES`: exporters on one port, a path for each.

Prints the port. Each path answers with the next of a few pages of the same series, made before the first
request, so that the server's own time is the network's.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from benchmarks.collectors.pages import vllm

PAGES = 4


def serve(series: int) -> None:
    pages = [vllm(series, seed) for seed in range(PAGES)]
    turn = count()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body = pages[next(turn) % PAGES]
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
