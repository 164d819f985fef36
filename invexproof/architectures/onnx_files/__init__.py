"""ONNX files as graphs of training problems: read node by node, by a table of operators."""
