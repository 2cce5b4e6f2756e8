"""Acts on a school's base: check an export, preview what it would do, write it all or not at all."""



