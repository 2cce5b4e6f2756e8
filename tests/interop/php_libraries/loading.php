<?php
// The libraries as they are laid in the folder LIBRARIES; sessions of PHP in FOLDER.
spl_autoload_register(function (string $class): void {
    $places = [
        'OneLogin\\Saml2\\' => 'php-saml/src/Saml2/',
        'RobRichards\\XMLSecLibs\\' => 'xmlseclibs/src/',
        'Jumbojett\\' => 'openid-connect-php/src/',
        'phpseclib3\\' => 'phpseclib/phpseclib/',
        'ParagonIE\\ConstantTime\\' => 'paragonie/constant_time_encoding/src/',
        'Firebase\\JWT\\' => 'php-jwt/src/',
    ];
    foreach ($places as $prefix => $folder) {
        $file = getenv('LIBRARIES') . "/$folder" . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require_once $file;
        }
    }
});
session_save_path(getenv('FOLDER') . '/sessions');
session_start();

function show(mixed $value): void
{
    header('Content-Type: application/json');
    echo json_encode($value);
}

/** Send the browser on. */
function leads(string $address): void
{
    header("Location: $address", true, 303);
}
