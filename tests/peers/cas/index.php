<?php
// A page of phpCAS, as its documentation has it. IDP: the provider's address; SELF: this server's.
require_once 'CAS.php';
$idp = getenv('IDP');
$self = getenv('SELF');
$parts = parse_url($idp);
session_save_path(getenv('SESSIONS'));
phpCAS::client(CAS_VERSION_3_0, $parts['host'], $parts['port'], '/cas', $self);
// The tests' provider has no TLS, which phpCAS takes for granted.
phpCAS::setServerLoginURL("$idp/cas/login?service=" . urlencode("$self/index.php"));
phpCAS::setServerServiceValidateURL("$idp/cas/p3/serviceValidate");
phpCAS::setServerLogoutURL("$idp/cas/logout");
phpCAS::setFixedServiceURL("$self/index.php");
phpCAS::setNoCasServerValidation();
phpCAS::handleLogoutRequests(false);
phpCAS::forceAuthentication();
if (isset($_GET['logout'])) {
    phpCAS::logoutWithRedirectService("$self/index.php");
}
header('Content-Type: application/json');
echo json_encode(['user' => phpCAS::getUser(), 'attributes' => phpCAS::getAttributes()]);
