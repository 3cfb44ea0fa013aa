"""PP-OCRv6 by onnxruntime: where text stands, and how likely each character of a line is."""
