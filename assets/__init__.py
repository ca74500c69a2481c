"""Parametric 3D models of a plant's equipment, as glTF and as rendered pictures."""
