<?php
// Where the plug-in auth_saml2 of Moodle takes responses: SimpleSAMLphp's controller, as its own page calls it.
require_once getenv('PACKAGE') . '/lib/_autoload.php';
$configuration = \SimpleSAML\Configuration::getInstance();
$session = \SimpleSAML\Session::getSessionFromRequest();
$controller = new \SimpleSAML\Module\saml\Controller\ServiceProvider($configuration, $session);
$controller->assertionConsumerService('default-sp')->sendContent();
