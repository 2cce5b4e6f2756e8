<?php
// A page behind SimpleSAMLphp, as its documentation has it. SELF: this server's address.
require_once getenv('PACKAGE') . '/lib/_autoload.php';
$login = new \SimpleSAML\Auth\Simple('default-sp');
if (isset($_GET['logout'])) {
    $login->logout(getenv('SELF') . '/bye.txt');
}
$login->requireAuth();
$name = $login->getAuthData('saml:sp:NameID');
header('Content-Type: application/json');
echo json_encode(['name' => $name->getValue(), 'format' => $name->getFormat(), 'attributes' => $login->getAttributes()]);
