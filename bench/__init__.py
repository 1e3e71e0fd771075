"""Benchmarks: ``python -m bench`` runs all, ``python -m bench claims`` one of them."""
