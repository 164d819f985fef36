"""PyTorch programs as graphs of training problems: exported, read node by node, by tables of ATen operators."""
