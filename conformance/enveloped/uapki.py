"""Opens and makes containers with the library of UAPKI, which UAPKI_LIB names:

    uapki.py FOLDER COUNT

prints JSON: which of our containers it opened, and which it made. Its functions take and
give JSON."""
import base64
import ctypes
import json
import os
import random
import secrets
import sys
import tempfile

folder, count = sys.argv[1], int(sys.argv[2])
path = os.environ['UAPKI_LIB']
library = ctypes.CDLL(path)
library.process.restype = ctypes.c_void_p
library.process.argtypes = [ctypes.c_char_p]
library.json_free.argtypes = [ctypes.c_void_p]


def call(method, **parameters):
    answer = library.process(json.dumps({'method': method, 'parameters': parameters}).encode())
    try:
        parsed = json.loads(ctypes.string_at(answer))
    finally:
        library.json_free(answer)
    if parsed['errorCode']:
        raise RuntimeError(f"{method}: {parsed['errorCode']} {parsed.get('error')}")
    return parsed.get('result')


def read(name):
    with open(os.path.join(folder, name), 'rb') as f:
        return f.read()


def encoded(data):
    return base64.b64encode(data).decode()


def write(name, data):
    with open(os.path.join(folder, name), 'wb') as f:
        f.write(data)


SCHEMES = {
    'kalyna-cofactor': ('1.2.804.2.1.1.1.1.1.3.3.2', '1.2.804.2.1.1.1.1.3.7', '1.2.804.2.1.1.1.1.1.3.11'),
    'kalyna-standard': ('1.2.804.2.1.1.1.1.1.3.3.2', '1.2.804.2.1.1.1.1.3.8', '1.2.804.2.1.1.1.1.1.3.11'),
    'gost-cofactor': ('1.2.804.2.1.1.1.1.1.1.3', '1.2.804.2.1.1.1.1.3.4', '1.2.804.2.1.1.1.1.1.1.5'),
    'gost-standard': ('1.2.804.2.1.1.1.1.1.1.3', '1.2.804.2.1.1.1.1.3.5', '1.2.804.2.1.1.1.1.1.1.5'),
}

with open(os.path.join(folder, 'cases.json'), encoding='utf-8') as f:
    cases = json.load(f)
people = {p['name']: p for p in cases['people'] if p['family'] == 'dstu'}
opened, made = {}, []
with tempfile.TemporaryDirectory() as cache:
    call('INIT', cmProviders={'dir': os.path.dirname(path) + '/', 'allowedProviders': [{'lib': 'cm-pkcs12'}]},
         certCache={'path': cache + '/', 'trustedCerts': []}, offline=True)
    ids = {}
    for name in people:
        added = call('ADD_CERT', certificates=[encoded(read(name + '.cer'))], permanent=False)
        ids[name] = added['added'][0]['certId']
    for name, person in people.items():
        call('OPEN', provider='PKCS12', storage=os.path.join(folder, name + '.p12'), password=person['password'], mode='RO')
        call('SELECT_KEY', id=call('KEYS')['keys'][0]['id'])
        for c in (c for c in cases['containers'] if c['to'] == name):
            try:
                content = call('DECRYPT', bytes=encoded(read(c['file'])))['content']['bytes']
                opened[c['file']] = 'ok' if base64.b64decode(content) == read(c['content']) else 'other content'
            except RuntimeError as error:
                opened[c['file']] = str(error)
        call('CLOSE')
    # It makes keys on these two curves only.
    able = [name for name, p in people.items() if p['curve'] in ('257', '431')]
    for i in range(count):
        to, scheme = random.choice(able), random.choice(list(SCHEMES))
        cipher, kdf, wrap = SCHEMES[scheme]
        data = secrets.token_bytes(random.randint(1, 65536))
        result = call('ENCRYPT', content={'bytes': encoded(data), 'encryptionAlgo': cipher},
                      recipientInfos=[{'certId': ids[to], 'kdfAlgo': kdf, 'keyWrapAlgo': wrap}])
        write(f'uapki-{i}.txt', data)
        write(f'uapki-{i}.p7e', base64.b64decode(result['bytes']))
        made.append({'by': 'UAPKI', 'to': to, 'from': '', 'scheme': scheme, 'content': f'uapki-{i}.txt', 'file': f'uapki-{i}.p7e'})
    call('DEINIT')
print(json.dumps({'opened': opened, 'made': made}))
