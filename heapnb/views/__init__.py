"""How results are shown: text, HTML, graphs and charts. Nothing here computes a size."""
