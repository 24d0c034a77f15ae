#!/bin/sh
# What made the files of this folder, with OpenSSL 3.0.
set -e
for k in ca user; do openssl ecparam -name prime256v1 -genkey -noout -out $k.key; done
openssl req -x509 -new -key ca.key -subj "/C=UA/O=Test/CN=CA" -days 36500 -out ca.pem \
  -addext keyUsage=critical,keyCertSign,cRLSign -addext basicConstraints=critical,CA:true
openssl req -new -key user.key -subj "/C=UA/CN=User" -out user.csr
printf 'keyUsage=critical,digitalSignature\n' > user.ext
openssl x509 -req -in user.csr -CA ca.pem -CAkey ca.key -set_serial 0x1234567890abcdef -days 36500 -extfile user.ext -out user.pem
for c in ca user; do openssl x509 -in $c.pem -outform DER -out $c.cer; done
openssl ocsp -issuer ca.pem -cert user.pem -no_nonce -reqout req-sha1.der
openssl ocsp -sha256 -issuer ca.pem -cert user.pem -no_nonce -reqout req-sha256.der
openssl ocsp -issuer ca.pem -cert user.pem -reqout req-nonce.der
printf 'V\t21260101000000Z\t\t1234567890ABCDEF\tunknown\t/C=UA/CN=User\n' > index.txt
openssl ocsp -index index.txt -rsigner ca.pem -rkey ca.key -CA ca.pem -reqin req-nonce.der -respout resp.der -ndays 1
