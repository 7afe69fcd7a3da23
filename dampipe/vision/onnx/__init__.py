"""Models that are published as ONNX graphs, run by ONNX Runtime. Nothing here needs torch."""
