"""The stages of an asset's way: collect, validate, extract, integrate."""
