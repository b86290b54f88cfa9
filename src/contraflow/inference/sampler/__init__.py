"""Sample a NumPyro model: chains in threads of one compiled program, checkpoints that survive a kill."""

from contraflow.inference.sampler.run import sample
from contraflow.inference.sampler.settings import Draws, Progress, Sampling

__all__ = ["Draws", "Progress", "Sampling", "sample"]
