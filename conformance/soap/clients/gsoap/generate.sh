#!/usr/bin/env bash
# Generates stubs from a description by gSOAP and compiles the client with them:
# generate.sh WSDL FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wsdl=$(realpath "$1")
mkdir -p "$2"
cd "$2"

wsdl2h -c -t "$here/typemap.dat" -o dovidka.h "$wsdl"
flags=()
if ! grep -q 'struct SOAP_ENV__Header$' dovidka.h; then
	cat "$here/header.h" >>dovidka.h
	flags+=(-DHAND)
fi
if grep -q 'struct id__XRoadClientIdentifierType$' dovidka.h; then
	# Without attributeFormDefault, which UXP's schemas lack, gSOAP forgets that
	# a reference to an attribute is always qualified (XML Schema part 1, clause
	# 3.2.2); its users write the prefix.
	sed -i -E 's/^( *@ +enum id__XRoadObjectType +)objectType /\1id__objectType /' dovidka.h
	flags+=(-DDECORATED)
fi
while read -r operation; do
	flags+=("-DHAS_${operation/_USCORE/_}")
done < <(sed -nE 's/^int __dovidka__(\w+)\(.*/\1/p; s/^int __dovidka__(\w+)$/\1/p' dovidka.h)
soapcpp2 -c -C -L -x dovidka.h
cp ./*.nsmap Dovidka.nsmap
cc -O0 -Wall -Wno-unused -I. "${flags[@]}" -o client "$here/client.c" soapC.c soapClient.c -lgsoap
