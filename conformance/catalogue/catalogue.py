"""Writes the set: catalogue.py FOLDER [VECTORS]. With VECTORS the arithmetic is checked first, and nothing is made with wrong one."""

import sys

import cases_asic
import cases_chain
import cases_containers
import cases_forms
import cases_international
import cases_signature
import cases_status
import cases_times
import vectors
import world


def main(folder, published=None):
    if published:
        print("%d published vectors agree" % vectors.check(published))
    w = world.World()
    for part in (cases_forms, cases_signature, cases_times, cases_chain, cases_status,
                 cases_international, cases_containers, cases_asic):
        part.add(w)
    w.write(folder)
    print("%d cases" % (len(w.cases) + len(w.archives)))


if __name__ == "__main__":
    main(*sys.argv[1:])
