<?php
// A service provider with php-saml: the settings that Nextcloud's user_saml (8.2) makes of its form, filled in as the how-to has it.
use OneLogin\Saml2\Auth;
use OneLogin\Saml2\Settings;

require __DIR__ . '/loading.php';
$self = getenv('SELF');
$app = "$self/apps/user_saml/saml";
$idp = getenv('IDP');
$settings = [
    'strict' => true,
    'baseurl' => $app,
    'security' => [
        'nameIdEncrypted' => false,
        'authnRequestsSigned' => true,
        'logoutRequestSigned' => true,
        'logoutResponseSigned' => true,
        'wantMessagesSigned' => true,
        'wantAssertionsSigned' => true,
        'wantAssertionsEncrypted' => getenv('ENCRYPTED') === '1',
        'wantNameId' => true,
        'wantXMLValidation' => true,
        'requestedAuthnContext' => false,
        'signatureAlgorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    ],
    'sp' => [
        'entityId' => "$app/metadata",
        'assertionConsumerService' => ['url' => "$app/acs"],
        'singleLogoutService' => ['url' => "$app/sls"],
        'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
        'x509cert' => file_get_contents(getenv('FOLDER') . '/certificate.pem'),
        'privateKey' => file_get_contents(getenv('FOLDER') . '/key.pem'),
    ],
    'idp' => [
        'entityId' => "$idp/saml/metadata",
        'singleSignOnService' => ['url' => "$idp/saml/sso"],
        'singleLogoutService' => ['url' => "$idp/saml/slo"],
        'x509cert' => getenv('CERTIFICATE'),
    ],
];
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/apps/user_saml/saml/metadata') {
    $ours = new Settings($settings, true);
    $metadata = $ours->getSPMetadata();
    if ($faults = $ours->validateMetadata($metadata)) {
        throw new RuntimeException(implode(', ', $faults));
    }
    header('Content-Type: text/xml');
    echo $metadata;
} elseif ($path === '/apps/user_saml/saml/acs') {
    $auth = new Auth($settings);
    $auth->processResponse($_SESSION['request'] ?? null);
    if ($auth->getErrors()) {
        show(['errors' => $auth->getErrors(), 'reason' => $auth->getLastErrorReason()]);
    } else {
        $_SESSION['person'] = [
            'name' => $auth->getNameId(),
            'format' => $auth->getNameIdFormat(),
            'index' => $auth->getSessionIndex(),
            'attributes' => $auth->getAttributes(),
        ];
        leads('/me');
    }
} elseif ($path === '/apps/user_saml/saml/sls') {
    // As user_saml does: the library reads logouts from the query alone.
    if (!empty($_POST['SAMLRequest'])) {
        $_GET['SAMLRequest'] = $_POST['SAMLRequest'];
    }
    $auth = new Auth($settings);
    $onward = $auth->processSLO(false, $_SESSION['logout'] ?? null, true, function (): void {
        unset($_SESSION['person']);
    }, true);
    if ($auth->getErrors()) {
        show(['errors' => $auth->getErrors(), 'reason' => $auth->getLastErrorReason()]);
    } elseif ($onward !== null) {
        leads($onward);
    } else {
        show('bye');
    }
} elseif ($path === '/logout') {
    $auth = new Auth($settings);
    $person = $_SESSION['person'];
    $address = $auth->logout(null, [], $person['name'], $person['index'], true, $person['format']);
    $_SESSION['logout'] = $auth->getLastRequestID();
    leads($address);
} elseif (isset($_SESSION['person'])) {
    show($_SESSION['person']);
} else {
    $auth = new Auth($settings);
    $address = $auth->login("$self/me", [], false, false, true);
    $_SESSION['request'] = $auth->getLastRequestID();
    leads($address);
}
