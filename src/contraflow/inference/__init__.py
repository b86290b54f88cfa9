"""Inference: priors and, later, what the record makes of them."""
