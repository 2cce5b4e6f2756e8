"""Tables and statements of the metadata of upstreams."""
