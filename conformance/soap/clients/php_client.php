<?php
// Sends cases by PHP's SoapClient: php_client.php FOLDER...

const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
const ID = 'http://x-road.eu/xsd/identifiers';
const PARTY = 'http://x-road.eu/xsd/representation.xsd';

ini_set('soap.wsdl_cache_enabled', '0');

// An identifier is written as XML: SoapVar knows no attributes. The rest, with
// the description's types where it declares them, by PHP.
function field(string $name, mixed $value): SoapHeader
{
    if (!is_array($value)) {
        return new SoapHeader(XROAD, $name, $value);
    }
    [$space, $parts] = $name === 'representedParty' ? [PARTY, PARTY] : [XROAD, ID];
    $attribute = isset($value['objectType']) ? ' i:objectType="' . $value['objectType'] . '" xmlns:i="' . ID . '"' : '';
    unset($value['objectType']);
    $xml = '<x:' . $name . ' xmlns:x="' . $space . '" xmlns:p="' . $parts . '"' . $attribute . '>';
    foreach ($value as $part => $text) {
        $xml .= '<p:' . $part . '>' . htmlspecialchars($text, ENT_XML1) . '</p:' . $part . '>';
    }
    return new SoapHeader($space, $name, new SoapVar($xml . '</x:' . $name . '>', XSD_ANYXML));
}

// A client that reads the description may give objects: it knows the attribute,
// but forgets that a reference to one is always qualified where the schema has
// no attributeFormDefault. UXP's has none.
function described(string $name, mixed $value, string $way): SoapHeader
{
    return $way !== 'headers' && is_array($value) ? field($name, $value) : new SoapHeader(XROAD, $name, is_array($value) ? (object) $value : $value);
}

// The values at a path below an object, as XML writes them.
function texts(mixed $value, array $path): array
{
    if (is_array($value)) {
        return array_merge(...array_map(fn($v) => texts($v, $path), $value), ...[[]]);
    }
    if ($value === null) {
        return [];
    }
    if ($path) {
        return texts($value->{$path[0]} ?? null, array_slice($path, 1));
    }
    return [is_bool($value) ? ($value ? 'true' : 'false') : (string) $value];
}

function call(array $case): array
{
    static $clients = [];
    $client = $clients[$case['wsdl'] . $case['soap']] ??= new SoapClient($case['wsdl'], [
        'exceptions' => true, 'connection_timeout' => 30, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'soap_version' => $case['soap'] === '1.2' ? SOAP_1_2 : SOAP_1_1,
    ]);
    $headers = [];
    foreach ($case['header'] as $name => $value) {
        $headers[] = $case['way'] === 'bare' || $name === 'representedParty' ? field($name, $value) : described($name, $value, $case['way']);
    }
    $payload = $case['payload'];
    array_walk_recursive($payload, function (&$text, $name) {
        if ($name === 'signature') {
            $text = base64_decode($text); // the type is base64Binary: PHP encodes
        }
    });
    try {
        $back = [];
        $body = $client->__soapCall($case['operation'], [$payload], null, $headers, $back);
    } catch (SoapFault $fault) {
        // What PHP makes of a fault and what it has to say itself look alike.
        return $fault->faultcode === 'HTTP' || !isset($fault->faultcode)
            ? ['outcome' => 'error', 'text' => (string) $fault]
            : ['outcome' => 'fault', 'faultcode' => $fault->faultcode, 'faultstring' => $fault->faultstring];
    }
    $read = [];
    foreach ($case['read'] as $path) {
        $read[$path] = texts($body, explode('/', $path));
    }
    $echo = array_filter(array_intersect_key($back, $case['header']), is_string(...));
    return ['outcome' => 'response', 'read' => $read, 'echo' => $echo];
}

foreach (array_slice($argv, 1) as $folder) {
    try {
        $result = call(json_decode(file_get_contents("$folder/case.json"), true, flags: JSON_THROW_ON_ERROR));
    } catch (Throwable $error) {
        $result = ['outcome' => 'error', 'text' => (string) $error];
    }
    file_put_contents("$folder/result.json", json_encode($result, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
}
