"""Networks as exact mathematical objects: the maps that claims are about."""
