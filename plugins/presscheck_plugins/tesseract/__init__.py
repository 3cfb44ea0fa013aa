"""What the reader `tesseract` is made of: the installed binary, its languages, its words' order."""
