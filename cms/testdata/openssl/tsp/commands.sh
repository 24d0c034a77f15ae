#!/bin/sh
# What made the files of this folder, with OpenSSL 3.0.
set -e
for k in ca tsa; do openssl ecparam -name prime256v1 -genkey -noout -out $k.key; done
openssl req -x509 -new -key ca.key -subj "/C=UA/O=Test/CN=CA" -days 36500 -out ca.pem \
  -addext keyUsage=critical,keyCertSign,cRLSign -addext basicConstraints=critical,CA:true
openssl x509 -in ca.pem -outform DER -out root.cer
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n' > tsa.ext
openssl req -new -key tsa.key -subj "/C=UA/CN=TSA" -out tsa.csr
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 0x22 -days 36500 -extfile tsa.ext -out tsa.pem
cat > ts.cnf <<END
[tsa]
default_tsa = t
[t]
serial = ./tsserial
crypto_device = builtin
signer_cert = ./tsa.pem
certs = ./ca.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
END
echo 01 > tsserial
printf 'content' > content.txt
openssl ts -query -data content.txt -sha256 -cert -out tsq.der
openssl ts -reply -queryfile tsq.der -config ts.cnf -out tsr.der
openssl ts -query -data content.txt -sha1 -out tsq-sha1.der
openssl ts -reply -queryfile tsq-sha1.der -config ts.cnf -out denied.der || true
