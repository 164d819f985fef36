"""Training problems as graphs of tensor operators: reading, building and writing them."""
