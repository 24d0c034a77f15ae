"""Runs the catalogue of messages against a live door.

    check.py PROGRAM READY-FILE [CHAPTER...]
"""

import importlib
import json
import random
import sys
import time

from suite import Suite

CHAPTERS = ["forms", "refuse", "text", "http", "hostile", "samples", "attachments", "wsdl", "operations", "rest", "configured"]
SEED = 20261128


def main():
    program, ready = sys.argv[1:3]
    with open(ready, encoding="utf-8") as file:
        suite = Suite(program, json.load(file))
    for chapter in sys.argv[3:] or CHAPTERS:
        began = time.monotonic()
        importlib.import_module("cases_" + chapter).run(suite, random.Random(SEED))
        print(f"      {chapter}: {time.monotonic() - began:.1f} s")
    suite.finish()


if __name__ == "__main__":
    main()
