"""Measures how often the verifier errs, on adverts drawn by code: `python -m` this package."""
