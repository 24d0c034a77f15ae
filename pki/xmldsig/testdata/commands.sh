#!/usr/bin/env bash
# How the files of this folder were made: canonical forms by xmllint (libxml2
# 2.9.14), signed documents by xmlsec1 (1.2.37, OpenSSL) over keys made here and
# thrown away. The inputs in c14n/ were written by hand, random.xml by a program.
set -euo pipefail
cd "$(dirname "$0")"

for f in c14n/*.xml; do
	xmllint --c14n "$f" >"${f%.xml}.inclusive"
	xmllint --exc-c14n "$f" >"${f%.xml}.exclusive"
done

keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
ds=http://www.w3.org/2000/09/xmldsig#
more=http://www.w3.org/2001/04/xmldsig-more#
enc=http://www.w3.org/2001/04/xmlenc#
c14n=http://www.w3.org/TR/2001/REC-xml-c14n-20010315
exc=http://www.w3.org/2001/10/xml-exc-c14n#

key() { # name, arguments of openssl genpkey…
	local name=$1
	shift
	openssl genpkey -out "$keys/$name.key" "$@" 2>/dev/null
	openssl req -new -x509 -key "$keys/$name.key" -days 7300 -subj "/C=UA/CN=xmlsec $name" -out "$keys/$name.pem"
	openssl x509 -in "$keys/$name.pem" -outform DER -out "xmlsec/$name.cer"
}

# sign NAME KEY SIGNATURE-METHOD DIGEST-METHOD C14N-OF-SIGNEDINFO C14N-OF-REFERENCES URI [VERSION [PREFIXES]]
sign() {
	local name=$1 key=$2 method=$3 digest=$4 c1=$5 c2=$6 uri=$7 v=${8:-}
	local sum list= sha=${CERT_DIGEST:-sha256} sum_uri
	case $sha in
	sha1) sum_uri=${ds}sha1 ;;
	*) sum_uri=${enc}$sha ;;
	esac
	[ $# -lt 9 ] || list="<ec:InclusiveNamespaces xmlns:ec=\"$exc\" PrefixList=\"$9\"/>"
	sum=$(openssl dgst "-$sha" -binary "xmlsec/$key.cer" | base64 -w0)
	cat >"$keys/template.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<!-- outside --><Root xmlns="urn:example:root" xmlns:unused="urn:example:unused" xml:lang="uk" Id="root">
  <Part Name="a&#10;b">Довідка &amp; підпис<!-- inside --></Part>
  <p:Part xmlns:p="urn:example:p" p:k="1"/>
<ds:Signature xmlns:ds="$ds" Id="sig"><ds:SignedInfo><!-- signed only with comments --><ds:CanonicalizationMethod Algorithm="$c1"/><ds:SignatureMethod Algorithm="$method"/><ds:Reference URI="$uri"><ds:Transforms><ds:Transform Algorithm="${ds}enveloped-signature"/><ds:Transform Algorithm="$c2">$list</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="$digest"/><ds:DigestValue></ds:DigestValue></ds:Reference><ds:Reference URI="#props" Type="http://uri.etsi.org/01903#SignedProperties"><ds:Transforms><ds:Transform Algorithm="$c2">$list</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="$digest"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo>
<ds:SignatureValue></ds:SignatureValue><ds:KeyInfo><ds:X509Data></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig"><xades:SignedProperties Id="props"><xades:SignedSignatureProperties><xades:SigningTime>2026-11-01T10:00:00Z</xades:SigningTime><xades:SigningCertificate$v><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="$sum_uri"/><ds:DigestValue>$sum</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificate$v></xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature></Root>
XML
	xmlsec1 --sign --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id urn:example:root:Root \
		--privkey-pem "$keys/$key.key,$keys/$key.pem" --output "xmlsec/$name.xml" "$keys/template.xml"
	xmlsec1 --verify --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id urn:example:root:Root \
		--trusted-pem "$keys/$key.pem" "xmlsec/$name.xml" >/dev/null 2>&1
}

key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:3072
for curve in 256 384 521; do
	key "p$curve" -algorithm EC -pkeyopt "ec_paramgen_curve:P-$curve"
done
sign rsa-inclusive rsa "${more}rsa-sha256" "${enc}sha256" "$c14n" "$c14n" '' V2
sign rsa-comments rsa "${more}rsa-sha512" "${enc}sha512" "$c14n#WithComments" "$c14n#WithComments" ''
sign p256-exclusive p256 "${more}ecdsa-sha256" "${enc}sha256" "$exc" "$exc" '' V2
sign p256-exclusive-comments p256 "${more}ecdsa-sha256" "${enc}sha256" "${exc}WithComments" "${exc}WithComments" '' V2
sign p384-mixed p384 "${more}ecdsa-sha384" "${more}sha384" "$exc" "$c14n" '' V2
sign p521-id p521 "${more}ecdsa-sha512" "${enc}sha512" "$c14n" "$exc" '#root' V2
sign p256-prefixes p256 "${more}ecdsa-sha256" "${enc}sha256" "$exc" "$exc" '' V2 'unused #default absent'
CERT_DIGEST=sha1 sign ../sha1name rsa "${more}rsa-sha256" "${enc}sha256" "$exc" "$exc" ''
