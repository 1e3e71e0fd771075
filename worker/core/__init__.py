"""Pure code: bytes, values and ``now`` in, values out; no I/O, no clock, no randomness."""
