"""GOST 34.311-95 and DSTU 7564:2014 (Kupyna), by the text of the standards."""

import hashlib

import tables


def _substitution(dke):
    """Returns the eight rows, merged in pairs: the substitution of each byte, already rotated by 11 bits."""
    rows = [[int(c, 16) for c in dke[16 * i:16 * i + 16]] for i in range(8)]
    out = []
    for i in range(4):
        column = []
        for x in range(256):
            y = (rows[2 * i][x & 15] | rows[2 * i + 1][x >> 4] << 4) << 8 * i
            column.append((y << 11 | y >> 21) & 0xFFFFFFFF)
        out.append(column)
    return out


_boxes = {}


def _encrypt(key, block, box):
    """GOST 28147 of one block; key and block are integers, the first byte least significant."""
    t0, t1, t2, t3 = box
    keys = [key >> 32 * i & 0xFFFFFFFF for i in range(8)]
    a, b = block & 0xFFFFFFFF, block >> 32
    for i in range(32):
        x = a + (keys[i & 7] if i < 24 else keys[7 - (i & 7)])
        a, b = b ^ t0[x & 255] ^ t1[x >> 8 & 255] ^ t2[x >> 16 & 255] ^ t3[x >> 24 & 255], a
    return b | a << 32


_M64, _M256 = (1 << 64) - 1, (1 << 256) - 1
_C3 = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00
_P = [8 * (j % 4) + j // 4 for j in range(32)]


def _a(y):
    return ((y ^ y >> 64) & _M64) << 192 | y >> 64


def _key(w):
    b = w.to_bytes(32, "little")
    return int.from_bytes(bytes(b[i] for i in _P), "little")


def _psi(x, times):
    words = [x >> 16 * i & 0xFFFF for i in range(16)]
    for _ in range(times):
        words.append(words[0] ^ words[1] ^ words[2] ^ words[3] ^ words[12] ^ words[15])
        del words[0]
    return sum(w << 16 * i for i, w in enumerate(words))


def _step(h, m, box):
    u, v = h, m
    s = 0
    for i in range(4):
        if i:
            u = _a(u) ^ (_C3 if i == 2 else 0)
            v = _a(_a(v))
        s |= _encrypt(_key(u ^ v), h >> 64 * i & _M64, box) << 64 * i
    return _psi(h ^ _psi(m ^ _psi(s, 12), 1), 61)


def gost34311(data, number=1):
    """The hash with the numbered substitution block and a zero start vector; bytes name a block of their own."""
    dke = number.hex() if isinstance(number, bytes) else tables.DKE[number]
    if dke not in _boxes:
        _boxes[dke] = _substitution(dke)
    box = _boxes[dke]
    h = checksum = 0
    for i in range(0, len(data), 32):
        m = int.from_bytes(data[i:i + 32], "little")
        h = _step(h, m, box)
        checksum = checksum + m & _M256
    h = _step(h, 8 * len(data), box)
    return _step(h, checksum, box).to_bytes(32, "little")


def _times(x, y):
    r = 0
    while y:
        if y & 1:
            r ^= x
        x = x << 1 ^ (0x11D if x & 0x80 else 0)
        y >>= 1
    return r


_MDS = [1, 1, 5, 1, 8, 6, 7, 4]


def _columns():
    """T[row][byte] is what a byte of that row adds to its column, as a little-endian word."""
    out = []
    for row in range(8):
        column = []
        for x in range(256):
            y = tables.KUPYNA[row % 4][x]
            column.append(sum(_times(y, _MDS[(row - i) % 8]) << 8 * i for i in range(8)))
        out.append(column)
    return out


_T = []


def _permute(state, rounds, plus):
    n = len(state)
    if not _T:
        _T.extend(_columns())
    shift = list(range(7)) + [7 if n == 8 else 11]
    for r in range(rounds):
        if plus:
            state = [x + 0xF0F0F0F0F0F0F3 + ((n - 1 - j << 4) + r << 56) & _M64 for j, x in enumerate(state)]
        else:
            state = [x ^ (j << 4 ^ r) for j, x in enumerate(state)]
        state = [_mixed(state, j, shift, n) for j in range(n)]
    return state


def _mixed(state, j, shift, n):
    x = 0
    for row in range(8):
        x ^= _T[row][state[(j - shift[row]) % n] >> 8 * row & 255]
    return x


def kupyna(data, bits):
    """Kupyna with a digest of 256, 384 or 512 bits."""
    n, rounds = (8, 10) if bits <= 256 else (16, 14)
    size = 8 * n
    message = data + b"\x80" + b"\0" * (-(len(data) + 13) % size) + (8 * len(data)).to_bytes(12, "little")
    h = [size] + [0] * (n - 1)
    for i in range(0, len(message), size):
        m = [int.from_bytes(message[i + 8 * j:i + 8 * j + 8], "little") for j in range(n)]
        p = _permute([x ^ y for x, y in zip(h, m)], rounds, False)
        q = _permute(m, rounds, True)
        h = [x ^ y ^ z for x, y, z in zip(h, p, q)]
    out = [x ^ y for x, y in zip(h, _permute(h, rounds, False))]
    return b"".join(x.to_bytes(8, "little") for x in out)[-bits // 8:]


def digest(name, data, dke=1):
    """The digest by the name of its algorithm; dke matters to GOST 34.311 only."""
    if name == "gost":
        return gost34311(data, dke)
    if name.startswith("kupyna"):
        return kupyna(data, int(name[6:]))
    return hashlib.new(name, data).digest()
