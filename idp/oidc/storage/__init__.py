"""Tables and statements of what relying parties speak."""
