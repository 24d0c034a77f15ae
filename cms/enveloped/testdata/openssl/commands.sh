#!/usr/bin/env bash
# Makes the containers in this folder with OpenSSL 3. Every run makes other keys.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.cms ./*.key ./*.cer content.txt
for i in $(seq 8); do printf 'Рядок %s документа, який шифрують.\n' "$i"; done >content.txt

certify() { # name, key usage, how to make the key...
	local name=$1 usage=$2
	shift 2
	openssl req -x509 -nodes -days 36500 -subj "/CN=$name" -addext "keyUsage=critical,$usage" -keyout "$name.key" -out "$name.pem" "$@" 2>/dev/null
	openssl x509 -in "$name.pem" -outform DER -out "$name.cer"
}
for curve in P-256 P-384 P-521; do certify "${curve/-/}" keyAgreement -newkey ec -pkeyopt "ec_paramgen_curve:$curve"; done
certify rsa keyEncipherment -newkey rsa:2048

encrypt() { # file, arguments...
	local out=$1
	shift
	openssl cms -encrypt -binary -in content.txt -outform DER -out "$out.cms" "$@"
}
sha256=(-keyopt ecdh_kdf_md:sha256)
oaep=(-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256)
encrypt p256-gcm -aes-256-gcm -recip P256.pem "${sha256[@]}"
encrypt p256-cbc -aes-128-cbc -recip P256.pem # KDF with SHA-1, the default
encrypt p256-cofactor -aes-256-cbc -recip P256.pem "${sha256[@]}" -keyopt ecdh_cofactor_mode:1
encrypt p384-gcm -aes-192-gcm -recip P384.pem -keyopt ecdh_kdf_md:sha384
encrypt p521-cbc -aes-256-cbc -recip P521.pem -keyopt ecdh_kdf_md:sha512
encrypt keyid -aes-256-cbc -keyid -recip P256.pem "${sha256[@]}"
encrypt rsa-gcm -aes-256-gcm -recip rsa.pem "${oaep[@]}"
encrypt rsa-oaep-sha1 -aes-128-gcm -recip rsa.pem -keyopt rsa_padding_mode:oaep
encrypt rsa-pkcs1 -aes-256-cbc -recip rsa.pem
encrypt rsa-keyid -aes-256-cbc -keyid -recip rsa.pem
encrypt several -aes-256-gcm -recip P384.pem -recip rsa.pem -recip P256.pem
encrypt stream -aes-256-cbc -stream -recip P256.pem "${sha256[@]}" # BER, the content in pieces
encrypt password -aes-256-cbc -pwri_password secret -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid 07 -recip P256.pem
encrypt triple-des -des3 -recip rsa.pem                             # to be refused
rm -f ./*.pem
