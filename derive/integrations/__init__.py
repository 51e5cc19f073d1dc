"""Where documents are checked from within other programs: pytest, IPython and Jupyter, pre-commit.

Those load a module of this room whether or not there is anything to check, so it loads nothing but what it needs.
"""
