<?php
// The one class of Moodle that the SimpleSAMLphp of its auth_saml2 calls.
final class core_shutdown_manager
{
    public static function register_function(callable $callback, array $arguments = null): void
    {
        register_shutdown_function($callback, ...($arguments ?? []));
    }
}
