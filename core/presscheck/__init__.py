"""presscheck proofs generated marketing images before the run goes on."""
