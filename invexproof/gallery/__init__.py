"""The gallery: claims about networks, decided, as certificates and as a page of the manual."""
