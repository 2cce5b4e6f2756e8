<?php
// A relying party with openid-connect-php, as its documentation has it; the ID token is verified by php-jwt too, which Nextcloud's user_oidc bundles.
use Firebase\JWT\JWK;
use Firebase\JWT\JWT;
use Jumbojett\OpenIDConnectClient;

require __DIR__ . '/loading.php';
$self = getenv('SELF');
$idp = getenv('IDP');
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

function client(): OpenIDConnectClient
{
    $client = new OpenIDConnectClient(getenv('IDP'), getenv('CLIENT_ID'), getenv('CLIENT_SECRET'));
    $client->setRedirectURL(getenv('SELF') . '/login');
    $client->addScope(['profile', 'email', 'offline_access']);
    $client->setCodeChallengeMethod('S256');
    return $client;
}

if ($path === '/login') {
    $client = client();
    try {
        $client->authenticate();
    } catch (Throwable $fault) {
        show(['fault' => $fault->getMessage()]);
        return;
    }
    $keys = JWK::parseKeySet(json_decode(file_get_contents("$idp/jwks.json"), true));
    $_SESSION['token'] = $client->getIdToken();
    $_SESSION['refresh'] = $client->getRefreshToken();
    show([
        'claims' => $client->getVerifiedClaims(),
        'userinfo' => $client->requestUserInfo(),
        'php-jwt' => JWT::decode($client->getIdToken(), $keys),
    ]);
} elseif ($path === '/refresh') {
    $answer = client()->refreshToken($_SESSION['refresh']);
    show(['refreshed' => isset($answer->access_token)]);
} elseif ($path === '/logout') {
    $token = $_SESSION['token'];
    session_destroy();
    client()->signOut($token, "$self/bye");
} else {
    show('bye');
}
