<?php
// Sends a case by PHP's SoapClient: php_client.php WSDL bare|headers CASE.

const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
const ID = 'http://x-road.eu/xsd/identifiers';

ini_set('soap.wsdl_cache_enabled', '0');
[, $wsdl, $mode, $path] = $argv;
$case = json_decode(file_get_contents($path), true, flags: JSON_THROW_ON_ERROR);
$header = $case['header'];
if ($mode === 'headers') {
    unset($header['issue']); // not among the description's header parts
}

// An identifier is written as XML: SoapVar knows no attributes. The rest, with
// the description's types where it declares them, by PHP.
function field(string $name, mixed $value): SoapHeader
{
    if (!is_array($value)) {
        return new SoapHeader(XROAD, $name, $value);
    }
    $xml = '<x:' . $name . ' xmlns:x="' . XROAD . '" xmlns:i="' . ID . '" i:objectType="' . $value['objectType'] . '">';
    unset($value['objectType']);
    foreach ($value as $part => $text) {
        $xml .= '<i:' . $part . '>' . htmlspecialchars($text, ENT_XML1) . '</i:' . $part . '>';
    }
    return new SoapHeader(XROAD, $name, new SoapVar($xml . '</x:' . $name . '>', XSD_ANYXML));
}

// A client that reads the description may give objects: it knows the attribute.
function described(string $name, mixed $value): SoapHeader
{
    return new SoapHeader(XROAD, $name, is_array($value) ? (object) $value : $value);
}

$client = new SoapClient($wsdl, ['trace' => true, 'exceptions' => true, 'connection_timeout' => 30, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
$headers = [];
foreach ($header as $name => $value) {
    $headers[] = $mode === 'headers' ? described($name, $value) : field($name, $value);
}
$payload = $case['payload'];
$payload['signature'] = base64_decode($payload['signature']); // the type is base64Binary: PHP encodes
$out = ['headerFields' => array_keys($header)];
try {
    $back = [];
    $body = $client->__soapCall('GetDeclarations_v1', [$payload], null, $headers, $back);
    $out += [
        'outcome' => 'response',
        'resultCode' => $body->resultCode,
        'resultText' => $body->resultText,
        'declarations' => array_map(fn($d) => $d->declarationNumber, $body->declarations->declaration ?? []),
        'sealedContent' => $body->sealed->content ?? null,
    ];
    if (($back['userId'] ?? null) !== $header['userId']) {
        $out['outcome'] = 'response whose userId PHP reads as ' . var_export($back['userId'] ?? null, true);
    }
} catch (SoapFault $fault) {
    $out += ['outcome' => 'fault', 'faultcode' => $fault->faultcode, 'faultstring' => $fault->faultstring];
}
preg_match('~^HTTP/\S+ (\d+)~', $client->__getLastResponseHeaders() ?? '', $status);
$strip = fn(?string $document) => preg_replace('/^<\?xml[^>]*\?>/', '', $document ?? '');
$out += ['status' => (int) ($status[1] ?? 0), 'sent' => $strip($client->__getLastRequest()), 'received' => $strip($client->__getLastResponse())];
echo json_encode($out, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
