"""A node of OpenSearch with its security plugin: HTTPS, users with passwords, rights by role.

The users are those of RIGHTS, and `admin`, as whom ask() speaks; all have the same PASSWORD.
"""
import base64
import json
import pathlib
import select
import ssl
import sys
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from node import DEADLINE_S, Failure, Node, cached  # noqa: E402
from peers import make_certificate  # noqa: E402

PASSWORD = "s3cret"
HASH = "$2y$04$logiologiologiologiolelhPO/k.nZD5uE7dZUUHyfJt3dvu9Po."  # bcrypt of it, few rounds
# What a sink needs, and somebody who may only look.
RIGHTS = {
    "writer": {"cluster_permissions": ["indices:data/write/bulk"],
               "index_permissions": [{
                   "index_patterns": ["logs*"],
                   "allowed_actions": ["create_index", "indices:admin/mapping/put",
                                       "indices:data/write/bulk*", "indices:data/write/index"]}]},
    "reader": {"index_permissions": [{"index_patterns": ["*"], "allowed_actions": ["read"]}]},
}


class SecureNode(Node):
    PLUGINS = [*Node.PLUGINS, "org.opensearch.security.OpenSearchSecurityPlugin"]
    scheme = "https"

    def __init__(self):
        settings = {"ssl.http.enabled": "true", "allow_default_init_securityindex": "true",
                    "audit.type": "noop", "restapi.roles_enabled": "all_access"}
        for layer in ("http", "transport"):
            for what, file in (("pemcert", "cert"), ("pemkey", "key"), ("pemtrustedcas", "cert")):
                settings[f"ssl.{layer}.{what}_filepath"] = f"{file}.pem"
        super().__init__(**{f"plugins.security.{k}": v for k, v in settings.items()})

    def prepare(self):
        """The plugin's default configuration with our certificate and users."""
        folder = pathlib.Path(self.folder.name)
        rules = folder / "config" / "opensearch-security"
        rules.mkdir(parents=True)
        self.certificate = make_certificate(folder / "config", "IP:127.0.0.1")[0]
        package = next(cached("opensearch-security", "2.19.3.0", "*.zip").glob("*.zip"))
        with zipfile.ZipFile(package) as files:
            for name in files.namelist():
                if name.endswith(".jar"):
                    files.extract(name, folder / "plugin")
                elif name.startswith("config/") and name.endswith(".yml"):
                    (rules / name.partition("/")[2]).write_bytes(files.read(name))
        for kind, version, entries in (
                ("internalusers", 2, {name: {"hash": HASH} for name in ("admin", *RIGHTS)}),
                ("roles", 2, RIGHTS),
                ("rolesmapping", 2, {"all_access": {"users": ["admin"]},
                                     **{name: {"users": [name]} for name in RIGHTS}})):
            file = {"internalusers": "internal_users", "rolesmapping": "roles_mapping"}
            (rules / f"{file.get(kind, kind)}.yml").write_text(json.dumps(  # JSON is YAML too
                {"_meta": {"type": kind, "config_version": version}, **entries}))
        user = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {user}"}
        self.context = ssl.create_default_context(cafile=self.certificate)

    def class_path(self):
        return f"{super().class_path()}:{self.folder.name}/plugin/*"

    def await_health(self):
        """Until it has read its users, it says 503 to everybody."""
        end = time.monotonic() + DEADLINE_S
        while True:
            try:
                return super().await_health()
            except Failure:
                if time.monotonic() > end:
                    raise
                select.select([], [], [], 0.1)
