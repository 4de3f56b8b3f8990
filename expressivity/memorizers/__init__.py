"""Explicit networks that memorize a sample: one construction a file, one common form."""
