#!/usr/bin/env bash
# usage: xmlsec.sh sign KEY IN OUT [C14N]   with KEY.key and KEY.pem
#        xmlsec.sh verify PEM LIST
# Signs a list, or verifies its signature, with xmlsec1.
set -euo pipefail
ids=(--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id http://uri.etsi.org/02231/v2#:TrustServiceStatusList)

if [ "$1" = verify ]; then
	exec xmlsec1 --verify "${ids[@]}" --trusted-pem "$2" "$3"
fi
key=$2 in=$3 out=$4
ds=http://www.w3.org/2000/09/xmldsig#
enc=http://www.w3.org/2001/04/xmlenc#
c14n=${5:-http://www.w3.org/2001/10/xml-exc-c14n#}
method=rsa-sha256
! openssl pkey -in "$key.key" -noout -text | grep -q 'NIST CURVE' || method=ecdsa-sha256
sum=$(openssl x509 -in "$key.pem" -outform DER | openssl dgst -sha256 -binary | base64 -w0)
template=$(mktemp)
trap 'rm -f "$template"' EXIT
sed '/<\/TrustServiceStatusList>/d' "$in" >"$template"
cat >>"$template" <<XML
<ds:Signature xmlns:ds="$ds" Id="sig">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="$c14n"/>
    <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#$method"/>
    <ds:Reference URI="">
      <ds:Transforms><ds:Transform Algorithm="${ds}enveloped-signature"/><ds:Transform Algorithm="$c14n"/></ds:Transforms>
      <ds:DigestMethod Algorithm="${enc}sha256"/><ds:DigestValue/>
    </ds:Reference>
    <ds:Reference URI="#props" Type="http://uri.etsi.org/01903#SignedProperties">
      <ds:Transforms><ds:Transform Algorithm="$c14n"/></ds:Transforms>
      <ds:DigestMethod Algorithm="${enc}sha256"/><ds:DigestValue/>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue/>
  <ds:KeyInfo><ds:X509Data/></ds:KeyInfo>
  <ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig"><xades:SignedProperties Id="props">
    <xades:SignedSignatureProperties>
      <xades:SigningTime>2026-11-01T10:00:00Z</xades:SigningTime>
      <xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="${enc}sha256"/><ds:DigestValue>$sum</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>
    </xades:SignedSignatureProperties>
  </xades:SignedProperties></xades:QualifyingProperties></ds:Object>
</ds:Signature>
</TrustServiceStatusList>
XML
xmlsec1 --sign "${ids[@]}" --privkey-pem "$key.key,$key.pem" --output "$out" "$template"
