"""The embedding model of a deployment whose settings name none."""

from dampipe.kernel.packages import has_torch

TORCH_MODEL = "ViT-B-32-256/datacomp_s34b_b86k"
"""MIT, so anyone may use it; the best zero-shot quality for its cost on a CPU (72.8 % ImageNet at 15-50
pictures a second on two cores). On a GPU "PE-Core-B-16/meta" (Apache-2.0) finds more, at four times
the work."""
ONNX_MODEL = "ViT-B-32/laion2b_s34b_b79k"
"""MIT as well; of the models that are published as ONNX the one with the best quality for its cost on a CPU (66.6 %
ImageNet at the same rate)."""


def default_model() -> str:
    """The model for what is installed here: one that the base install can run, or a better one for torch."""
    return TORCH_MODEL if has_torch() else ONNX_MODEL
