<?php
// Sends a request by PHP's own HTTP streams and prints what came.
$call = json_decode(file_get_contents('php://stdin'), true);
$fields = [];
foreach ($call['headers'] as $name => $value) {
	$fields[] = "$name: $value";
}
$options = ['method' => $call['method'], 'ignore_errors' => true, 'follow_location' => 0, 'timeout' => 30, 'protocol_version' => 1.1];
if ($call['json'] !== null) {
	$fields[] = 'Content-Type: application/json';
	$options['content'] = json_encode($call['json']);
}
$options['header'] = implode("\r\n", array_merge($fields, ['Connection: close']));
$url = $call['url'] . ($call['query'] ? '?' . http_build_query($call['query'], '', '&', PHP_QUERY_RFC3986) : '');
$body = file_get_contents($url, false, stream_context_create(['http' => $options]));
preg_match('/ (\d{3}) /', $http_response_header[0] . ' ', $found);
$headers = new stdClass();
foreach (array_slice($http_response_header, 1) as $line) {
	[$name, $value] = explode(':', $line, 2);
	$headers->{strtolower($name)} = trim($value);
}
echo json_encode(['status' => (int) $found[1], 'headers' => $headers, 'body' => base64_encode($body)]);
