"""nginx in front of a node: HTTPS, and nobody passes without the API key.

scripts/test --all fetches it. The keys of a licensed Elasticsearch are in no jar to be had; this
asks for the same header, and the requests behind it are those that a node takes.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from peers import CACHE, Daemon, find_program, free_port, make_certificate  # noqa: E402

CONFIGURATION = """
pid {folder}/pid;
daemon off;
worker_processes 1;
error_log {folder}/errors;
events {{}}
http {{
  access_log {folder}/access;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 100m;
  client_body_buffer_size 16m;  # nothing in files: its worker may not write here
  proxy_max_temp_file_size 0;
  map_hash_bucket_size 256;
  map $http_authorization $known {{
    default "";
    "ApiKey {key}" yes;
  }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
      if ($known = "") {{ return 401; }}
      proxy_pass http://{node};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"""


class Gate(Daemon):
    def __init__(self, node, key):
        super().__init__("nginx")
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.certificate = make_certificate(self.folder, "IP:127.0.0.1")[0]
        configuration = self.folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, port=port, key=key,
                                                      node=node.address))
        program = find_program("nginx", CACHE / "nginx" / "usr" / "sbin" / "nginx")
        try:
            self.start([program, "-e", str(self.folder / "errors"), "-c", str(configuration)], port)
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
