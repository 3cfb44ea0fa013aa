"""A network that knows malformed glyphs in faces that it never saw, and the recipe it came from.

`inspector` looks, by onnxruntime; `MODEL_CARD.md` says what the weights learned from, and how well
they see. `train` and `export` make others.
"""
