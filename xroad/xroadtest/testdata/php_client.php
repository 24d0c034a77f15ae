<?php
// Calls OpName_v1 by PHP's SoapClient: php_client.php WSDL USER NAME. Prints what it made of the answer as JSON.

const XROAD = 'http://x-road.eu/xsd/xroad.xsd';

// An identifier is written as XML. From an object PHP would write objectType without its namespace, because UXP's schema
// does not say attributeFormDefault="qualified", and any security server refuses that.
function identifier(string $name, string $type, array $codes): SoapVar
{
    $xml = '<x:' . $name . ' xmlns:x="' . XROAD . '" xmlns:i="http://x-road.eu/xsd/identifiers" i:objectType="' . $type . '">' .
        '<i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass>';
    foreach ($codes as $code => $value) {
        $xml .= '<i:' . $code . '>' . $value . '</i:' . $code . '>';
    }
    return new SoapVar($xml . '</x:' . $name . '>', XSD_ANYXML);
}

ini_set('soap.wsdl_cache_enabled', '0');
[, $wsdl, $user, $name] = $argv;
$client = new SoapClient($wsdl, ['exceptions' => true]);
$fields = [
    'protocolVersion' => '4.0',
    'id' => 'php-1',
    'userId' => $user,
    'service' => identifier('service', 'SERVICE', ['memberCode' => '42032422', 'subsystemCode' => '42_NHSU_prod', 'serviceCode' => 'OpName_v1']),
    'client' => identifier('client', 'SUBSYSTEM', ['memberCode' => '00000088', 'subsystemCode' => '20_EIS_cons']),
];
$headers = [];
foreach ($fields as $field => $value) {
    $headers[] = new SoapHeader(XROAD, $field, $value);
}
try {
    $back = [];
    $body = $client->__soapCall('OpName_v1', [['name' => $name]], null, $headers, $back);
    echo json_encode(['user' => $back['userId'], 'greeting' => $body->greeting]);
} catch (SoapFault $fault) {
    echo json_encode(['code' => $fault->faultcode, 'text' => $fault->faultstring]);
}
