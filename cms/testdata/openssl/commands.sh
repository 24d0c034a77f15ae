#!/bin/sh
# Makes the files of this folder anew, with OpenSSL 3. Keys are thrown away.
set -eu
printf 'OpenSSL signed this.\n' >content.txt
cat >ext.cnf <<'CNF'
[req]
distinguished_name=dn
[dn]
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[leaf]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,nonRepudiation
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
CNF
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -new -x509 -key root.key -sha256 -days 36500 -subj '/C=UA/CN=OpenSSL root' -config ext.cnf -extensions root -out root.pem
openssl x509 -in root.pem -outform DER -out root.cer
leaf() { # name, digest, then options of cms -sign
	name=$1 digest=$2
	shift 2
	openssl req -new -key "$name.key" -subj '/C=UA/CN=Signer/serialNumber=TINUA-3000000014' -config ext.cnf -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA root.pem -CAkey root.key -sha256 -days 36500 -extfile ext.cnf -extensions leaf -out "$name.pem"
	openssl cms -sign -cades -binary -md "$digest" -in content.txt -signer "$name.pem" -inkey "$name.key" -outform DER "$@" -out "$name.p7s"
}
openssl ecparam -name prime256v1 -genkey -noout -out p256.key
leaf p256 sha256 -nodetach
openssl ecparam -name secp384r1 -genkey -noout -out p384.key
leaf p384 sha384
openssl ecparam -name secp521r1 -genkey -noout -out p521.key
leaf p521 sha512 -nodetach -stream
openssl genrsa -out rsa.key 2048
leaf rsa sha256 -nodetach
openssl genrsa -out pss.key 3072
leaf pss sha256 -nodetach -keyopt rsa_padding_mode:pss
openssl genrsa -out weak.key 1024
leaf weak sha256 -nodetach
openssl ecparam -name prime256v1 -genkey -noout -out keyid.key
leaf keyid sha256 -nodetach -keyid
openssl genrsa -out sha1.key 2048
leaf sha1 sha1 -nodetach
rm -f ./*.key ./*.csr ./*.srl ./*.pem ext.cnf
