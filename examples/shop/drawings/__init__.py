"""Drawings of the sample shop's products, one function a kind of thing; see brush.py for the tools."""
