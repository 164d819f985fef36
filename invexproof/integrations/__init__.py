"""Other libraries' claims about themselves, decided with certificates."""
