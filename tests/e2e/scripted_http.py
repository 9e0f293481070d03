"""An HTTP server that answers as a test wants: a proxy that refuses, or what is no hub at all."""
import http.server
import threading


class ScriptedHttp:
    """`answers`: path without its query -> (status, headers, body); others get 404."""

    def __init__(self, answers):
        self.seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            server_version, sys_version = "proxy/1.0", ""

            def do_GET(self):
                outer.seen.append((self.path, dict(self.headers)))
                answer = answers.get(self.path.partition("?")[0], (404, {}, b""))
                status, headers, body = answer(self) if callable(answer) else answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
