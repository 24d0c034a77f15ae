"""Checks the arithmetic of this folder against published vectors before anything is made with it."""

import json
import pathlib

import dstu4145
import hashes


def _number(text):
    return int(text, 16)


def check(folder):
    """Returns how many checks were made; raises AssertionError at the first that fails."""
    folder = pathlib.Path(folder)
    made = _hashes(json.loads((folder / "hash.json").read_text()))
    made += _curves(json.loads((folder / "dstu4145-curves.json").read_text()))
    return made + _signatures(json.loads((folder / "dstu4145.json").read_text()))


def _hashes(file):
    made = 0
    for v in file["generated"]:
        message = bytes.fromhex(v["msg"])
        assert hashes.gost34311(message).hex() == v["gost34311"], v["name"]
        for bits in (256, 384, 512):
            assert hashes.kupyna(message, bits).hex() == v["kupyna%d" % bits], v["name"]
        made += 4
    for v in file["gost34311_test_sbox"]:
        assert hashes.gost34311(v["msg"].encode(), 0).hex() == v["h"], v["msg"]
        made += 1
    assert made > 4
    return made


def _curves(file):
    made = 0
    for v in file:
        for c in dstu4145.CURVES:
            if v["oid"] != c.oid:
                continue
            want = (tuple(v["poly_exponents"][1:]), v["a"], *(_number(v[k]) for k in ("b", "n", "px", "py")))
            assert (c.exponents, c.a, c.b, c.n, *c.base) == want, v["name"]
            assert c.compress(c.base).hex() == v["base_point_compressed_le"], v["name"]
            made += 1
    assert made == len(dstu4145.CURVES)
    return made


def _signatures(file):
    made = 0
    for v in file["published"]:
        numbers = [_number(v[k]) for k in ("b", "n", "px", "py")]
        _signature(dstu4145.Curve(v["m"], v["poly"], v["a"], *numbers), v, _number(v["hash_int"]).to_bytes(64, "little"))
        made += 1
    named = {"M%d_PB" % c.m: c for c in dstu4145.CURVES}
    for v in file["generated"]:
        if v["curve"] in named:
            _signature(named[v["curve"]], v, bytes.fromhex(v["hash"]))
            made += 1
    assert made > len(file["published"])
    return made


def _signature(curve, v, digest):
    d, r, s = (_number(v[k]) for k in ("d", "r", "s"))
    public = dstu4145.public_key(curve, d)
    assert public == (_number(v["qx"]), _number(v["qy"])), v
    if v["k"]:
        assert dstu4145.sign(curve, d, digest, _number(v["k"])) == (r, s), v
    else:
        assert dstu4145.verify(curve, public, digest, r, s), v
    assert not dstu4145.verify(curve, public, digest, r ^ 1, s), v
