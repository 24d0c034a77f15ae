"""The component with a configuration of our own, beside the demonstration: its
keys and its people, another list of who may what, a ledger that begins."""

import contextlib
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

from wire import Door

BLOCK = """trembita:
    listen: 127.0.0.1:0
    insecure: true
    max_connections: {connections}
    max_body: {body}
    clients: {clients}
    entitlements: {entitlements}
    rate: {{per_second: {rate}, burst: {burst}}}
"""


class Instance:
    def __init__(self, suite, clients, entitlements=(), connections=256, body="64KiB", rate=1000, burst=2000):
        self.suite, self.folder = suite, Path(tempfile.mkdtemp())
        demo = Path(suite.ready["config"]).parent
        for name in ("trust", "ledger.pem", "pseudonym.key", "seal.p12", "seal.password"):
            source = demo / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.folder / name)
        (self.folder / "data").mkdir()
        with contextlib.closing(sqlite3.connect(f"file:{demo}/data/registry.db?mode=ro", uri=True)) as old, contextlib.closing(sqlite3.connect(self.folder / "data" / "registry.db")) as new:
            old.backup(new)
        block = BLOCK.format(connections=connections, body=body, clients=json.dumps(list(clients)), entitlements=json.dumps(list(entitlements), ensure_ascii=False), rate=rate, burst=burst)
        config = Path(suite.ready["config"]).read_text(encoding="utf-8")
        config = re.sub(r"(?ms)^trembita:\n.*?^(?=\S)", lambda _: block, config)
        config = re.sub(r"(?m)^(diia:\n    listen:).*", r'\1 ""', config)
        (self.folder / "dovidka.yaml").write_text(config, encoding="utf-8")
        self.log_path = self.folder / "log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([suite.program, "serve", "--config", str(self.folder / "dovidka.yaml"), "--ready-file", str(self.folder / "ready")], stdout=log, stderr=log)
        end = time.monotonic() + 30
        while not (self.folder / "ready").exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"it does not start: {self.log()[-600:]}")
            time.sleep(0.05)
        self.ready = json.loads((self.folder / "ready").read_text(encoding="utf-8"))

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def stop(self):
        """Asks it to end, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "none within 20 seconds"

    def __enter__(self):
        """The suite's cases go to this instance until it is left."""
        suite = self.suite
        self.kept = suite.door, suite.meter, suite.meter_path
        url = urllib.parse.urlsplit(self.ready["soap"])
        suite.door = Door(url.hostname, url.port)
        url = urllib.parse.urlsplit(self.ready["metrics"])
        suite.meter, suite.meter_path = Door(url.hostname, url.port), url.path
        return self

    def __exit__(self, *_):
        self.suite.door.drop()
        self.suite.meter.drop()
        self.suite.door, self.suite.meter, self.suite.meter_path = self.kept
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
