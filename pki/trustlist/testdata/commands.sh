#!/usr/bin/env bash
# How the files of this folder were made. unsigned.xml is a list of invented services
# with the certificates of pki/testdata/synthetic; the signed ones are by xmlsec1
# (1.2.37) and, when DSS names a folder with the jars of EU DSS 6.2 (fetched as in
# conformance/trustlist), by that. Keys are made here and thrown away.
set -euo pipefail
cd "$(dirname "$0")"
synthetic=../../testdata/synthetic/pki
conformance=../../../conformance/trustlist
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

base64_of() { base64 -w0 <"$synthetic/$1.cer"; }

"$conformance/list.sh" "$(base64_of ca)" "$(base64_of root)" >unsigned.xml

for key in rsa ec; do
	case $key in
	rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$keys/$key.key" 2>/dev/null ;;
	ec) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$keys/$key.key" ;;
	esac
	openssl req -new -x509 -key "$keys/$key.key" -days 7300 -subj "/C=UA/CN=list signer $key" \
		-addext extendedKeyUsage=0.4.0.2231.3.0 -out "$keys/$key.pem"
	openssl x509 -in "$keys/$key.pem" -outform DER -out "made/$key.cer"
	openssl pkcs12 -export -inkey "$keys/$key.key" -in "$keys/$key.pem" -passout pass:test -out "$keys/$key.p12"
	"$conformance/xmlsec.sh" sign "$keys/$key" unsigned.xml "made/xmlsec-$key.xml"
done
if [ -n "${DSS:-}" ]; then
	dss() { java -cp "$DSS/*" "$conformance/Lists.java" "$@"; }
	dss sign unsigned.xml "$keys/rsa.p12" RSA SHA256 made/dss-rsa-sha256.xml
	dss sign unsigned.xml "$keys/rsa.p12" RSASSA_PSS SHA512 made/dss-pss-sha512.xml
	dss sign unsigned.xml "$keys/ec.p12" ECDSA SHA512 made/dss-ec-sha512.xml
fi
