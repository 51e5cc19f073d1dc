"""Pictures as data: computational graphs, networks, plots of functions, written alike as SVG and as TikZ."""
